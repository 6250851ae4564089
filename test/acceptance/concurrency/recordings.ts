import { type AuditEvent, type Recorded, type RecordedRequest, writes } from '../../../scripts/lab/index.ts'

/** Throws when something was created more than once: an object in the cluster, a write to a bucket, a blob or a tag. */
export function expectCreatedOnce({ audit, minio, registry }: Recorded): void {
  const created = [
    ...audit.filter(isCreation).map(({ objectRef }) => `${objectRef?.resource} ${objectRef?.namespace ?? ''}/${objectRef?.name}`),
    ...writes(minio)
      .filter(isSuccessful)
      .map(({ method, path }) => `MinIO: ${method} ${path}`),
    ...registry
      .filter((request) => request.method === 'PUT' && isSuccessful(request))
      .map(({ path }) => `registry: ${withoutUploadId(path)}`),
  ]
  if (created.length === 0) throw new Error('the recordings hold no creation at all: they prove nothing')
  const repeated = created.filter((creation, i) => created.indexOf(creation) !== i)
  if (repeated.length > 0) throw new Error(`created more than once:\n${repeated.join('\n')}`)
}

/** Throws unless no request could have changed something, including refused requests; `ignoreLock` leaves out the Lease itself. */
export function expectNoWrites({ audit, minio, registry }: Recorded, { ignoreLock = false } = {}): void {
  const events = audit.filter((event) => isByClient(event) && isWrite(event) && !(ignoreLock && event.objectRef?.resource === 'leases'))
  const written = [
    ...events.map(({ verb, requestURI, responseStatus }) => `${verb} ${requestURI} ${responseStatus?.code}`),
    ...[...writes(minio), ...writes(registry)].map(({ method, path, status }) => `${method} ${path} ${status}`),
  ]
  if (written.length > 0) throw new Error(`written:\n${written.join('\n')}`)
}

/** By groundcrew or helm: the lab's controllers write as other users. */
const isByClient = ({ user, stage }: AuditEvent): boolean => user.username === 'lab-admin' && stage === 'ResponseComplete'
const isWrite = ({ verb }: AuditEvent): boolean => ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb)
const isSuccessful = ({ status }: RecordedRequest): boolean => status >= 200 && status < 300

function isCreation(event: AuditEvent): boolean {
  return isByClient(event) && event.verb === 'create' && event.responseStatus?.code === 201 && event.objectRef?.name !== undefined
}

/** Each upload has its own address; the digest identifies its content. */
function withoutUploadId(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://registry')
  const digest = searchParams.get('digest')
  return digest === null ? pathname : `${pathname.replace(/\/uploads\/.*/, '')} ${digest}`
}
