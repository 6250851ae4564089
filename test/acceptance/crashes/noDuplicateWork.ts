import { type AuditEvent, type Recorded, type SeenRequest, writes } from '../../../scripts/lab/index.ts'
import type { JournalRecord } from '../../../src/state/journalRecord.ts'

/** The writes of a second apply that redo what the first one's journal calls done, as the servers saw them. */
export function repeatedWork(first: readonly JournalRecord[], before: Recorded, after: Recorded): string[] {
  const done = first.flatMap((record) => (record.type === 'done' ? [record.address] : []))
  return done.flatMap((address) => {
    // A proof by silence is one only if the same question finds what the first apply did.
    if (writesTo(address, before).length === 0) return [`${address}: the recording does not even hold its creation`]
    return writesTo(address, after).map((request) => `${address}: ${request}`)
  })
}

function writesTo(address: string, { audit, minio, registry }: Recorded): string[] {
  const [kind = '', ...names] = address.split('/')
  const name = names.at(-1) ?? ''
  if (kind === 'bucket') return under(`/${name}`, minio)
  if (kind === 'image') return under(`/v2/spacelift/${name}`, registry)
  return audit.filter((event) => isWriteTo(kind, name, event)).map(({ verb, requestURI }) => `${verb} ${requestURI}`)
}

/** Helm's own record is written before anything else of a release, once per revision; an uninstall deletes it. */
function isWriteTo(kind: string, name: string, { user, verb, objectRef, stage }: AuditEvent): boolean {
  if (user.username !== 'lab-admin' || stage !== 'ResponseComplete' || !['create', 'update', 'patch', 'delete'].includes(verb)) return false
  const target = objectRef?.name ?? ''
  if (kind === 'namespace') return objectRef?.resource === 'namespaces' && target === name && verb !== 'patch'
  if (kind === 'secret') return objectRef?.resource === 'secrets' && target === name
  if (kind === 'release')
    return objectRef?.resource === 'secrets' && target.startsWith(`sh.helm.release.v1.${name}.`) && verb !== 'patch' && verb !== 'update'
  throw new Error(`which requests write ${kind}/${name}?`)
}

const under = (path: string, requests: SeenRequest[]): string[] =>
  writes(requests)
    .filter((request) => request.path === path || request.path.startsWith(`${path}/`) || request.path.startsWith(`${path}?`))
    .map((request) => `${request.method} ${request.path}`)
