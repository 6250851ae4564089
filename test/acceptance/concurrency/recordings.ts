import { type AuditEvent, type Recorded, type SeenRequest, writes } from '../../../scripts/lab/index.ts'

/** What was made more than once, as the servers saw it: objects in the cluster, writes to a bucket, blobs and tags. */
export function createdTwice({ audit, minio, registry }: Recorded): string[] {
  const made = [
    ...audit.filter(isCreation).map(({ objectRef }) => `${objectRef?.resource} ${objectRef?.namespace ?? ''}/${objectRef?.name}`),
    ...writes(minio)
      .filter(hasWorked)
      .map(({ method, path }) => `MinIO: ${method} ${path}`),
    ...registry.filter((request) => request.method === 'PUT' && hasWorked(request)).map(({ path }) => `registry: ${target(path)}`),
  ]
  if (made.length === 0) throw new Error('the recordings hold no creation at all: they prove nothing')
  return made.filter((one, i) => made.indexOf(one) !== i)
}

/** All requests that could have changed something, refused ones too; the Lease itself apart where `isLockApart`. */
export function written({ audit, minio, registry }: Recorded, isLockApart = false): string[] {
  const events = audit.filter((event) => isOurs(event) && isWrite(event) && !(isLockApart && event.objectRef?.resource === 'leases'))
  const requests = [...writes(minio), ...writes(registry)]
  return [
    ...events.map(({ verb, requestURI, responseStatus }) => `${verb} ${requestURI} ${responseStatus?.code}`),
    ...requests.map(({ method, path, status }) => `${method} ${path} ${status}`),
  ]
}

/** Throws unless nothing was written. */
export function expectNoWrites(recorded: Recorded, isLockApart = false): void {
  const found = written(recorded, isLockApart)
  if (found.length > 0) throw new Error(`written:\n${found.join('\n')}`)
}

const isOurs = ({ user, stage }: AuditEvent): boolean => user.username === 'lab-admin' && stage === 'ResponseComplete'
const isWrite = ({ verb }: AuditEvent): boolean => ['create', 'update', 'patch', 'delete', 'deletecollection'].includes(verb)
const hasWorked = ({ status }: SeenRequest): boolean => status >= 200 && status < 300

function isCreation(event: AuditEvent): boolean {
  return isOurs(event) && event.verb === 'create' && event.responseStatus?.code === 201 && event.objectRef?.name !== undefined
}

/** An upload has an address of its own each time; its digest is what it stands for. */
function target(path: string): string {
  const { pathname, searchParams } = new URL(path, 'http://registry')
  const digest = searchParams.get('digest')
  return digest === null ? pathname : `${pathname.replace(/\/uploads\/.*/, '')} ${digest}`
}
