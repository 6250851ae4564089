import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { type AuditEvent, auditEvents, kubernetesRequests } from './kubernetes.ts'
import { type LogTail, linesSince, tailOf } from './logTail.ts'
import { MinioTrace } from './minio.ts'
import type { RecordedRequest } from './recordedRequest.ts'

/** The requests to the three servers during a recording. */
export type Recorded = { kubernetes: RecordedRequest[]; minio: RecordedRequest[]; registry: RecordedRequest[]; audit: AuditEvent[] }

/** Ends a recording. */
export type Recording = () => Promise<Recorded>

/** Starts to record. */
export async function record(description: Description): Promise<Recording> {
  const files = layout(description.dir)
  const minio = await MinioTrace.start(description)
  const [audit, registry] = await Promise.all([tailOf(files.auditLog), tailOf(files.log('registry'))])
  return async () => {
    const events = await auditEvents(audit)
    return { audit: events, kubernetes: kubernetesRequests(events), registry: await registryRequests(registry), minio: await minio.stop() }
  }
}

// Apache's combined format, among lines in another format.
const ACCESS_LINE = /^\S+ - \S+ \[[^\]]+\] "(?<method>[A-Z]+) (?<path>\S+) [^"]*" (?<status>\d+) \d+ "[^"]*" "(?<userAgent>[^"]*)"$/

/** The requests to the registry. */
async function registryRequests(log: LogTail): Promise<RecordedRequest[]> {
  const matches = (await linesSince(log)).map((line) => ACCESS_LINE.exec(line)?.groups).filter((groups) => groups !== undefined)
  return matches.map(({ method = '', path = '', status, userAgent = '' }) => ({ method, path, status: Number(status), userAgent }))
}
