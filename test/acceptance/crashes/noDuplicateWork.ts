import { type AuditEvent, type Recorded, type RecordedRequest, writes } from '../../../scripts/lab/index.ts'
import type { JournalRecord } from '../../../src/state/journalRecord.ts'

/** The writes of a second apply that repeat what the first one's journal records as done, as the servers recorded them. */
export function repeatedWork(first: readonly JournalRecord[], before: Recorded, after: Recorded): string[] {
  const done = first.flatMap((record) => (record.type === 'done' ? [record.address] : []))
  return done.flatMap((address) => {
    // No write found proves something only if the same search finds the write of the first apply.
    if (writesTo(address, before).length === 0) return [`${address}: the recording does not hold the write of the first apply`]
    return writesTo(address, after).map((request) => `${address}: ${request}`)
  })
}

function writesTo(address: string, { audit, minio, registry }: Recorded): string[] {
  const [kind = '', ...names] = address.split('/')
  const name = names.at(-1) ?? ''
  if (kind === 'bucket') return writesBelow(`/${name}`, minio)
  if (kind === 'image') return writesBelow(`/v2/spacelift/${name}`, registry)
  return audit.filter((event) => isWriteTo(kind, name, event)).map(({ verb, requestURI }) => `${verb} ${requestURI}`)
}

/** For a release: helm creates its own record before any object, once per revision; an uninstall deletes it. */
function isWriteTo(kind: string, name: string, { user, verb, objectRef, stage }: AuditEvent): boolean {
  if (user.username !== 'lab-admin' || stage !== 'ResponseComplete' || !['create', 'update', 'patch', 'delete'].includes(verb)) return false
  const target = objectRef?.name ?? ''
  if (kind === 'namespace') return objectRef?.resource === 'namespaces' && target === name && verb !== 'patch'
  if (kind === 'secret') return objectRef?.resource === 'secrets' && target === name
  if (kind === 'release')
    return objectRef?.resource === 'secrets' && target.startsWith(`sh.helm.release.v1.${name}.`) && verb !== 'patch' && verb !== 'update'
  throw new Error(`no rule for the requests that write ${kind}/${name}`)
}

const writesBelow = (path: string, requests: RecordedRequest[]): string[] =>
  writes(requests)
    .filter((request) => request.path === path || request.path.startsWith(`${path}/`) || request.path.startsWith(`${path}?`))
    .map((request) => `${request.method} ${request.path}`)
