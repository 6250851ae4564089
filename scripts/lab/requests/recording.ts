import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { type AuditEvent, auditEvents, kubernetesRequests } from './kubernetes.ts'
import { tailOf } from './logTail.ts'
import { MinioTrace } from './minio.ts'
import { registryRequests } from './registry.ts'
import type { SeenRequest } from './seen.ts'

/** What the three servers were asked while a recording ran. */
export type Recorded = { kubernetes: SeenRequest[]; minio: SeenRequest[]; registry: SeenRequest[]; audit: AuditEvent[] }

/** Ends a recording. */
export type Recording = () => Promise<Recorded>

/** Begins to record. */
export async function record(it: Description): Promise<Recording> {
  const files = layout(it.dir)
  const minio = await MinioTrace.start(it)
  const [audit, registry] = await Promise.all([tailOf(files.auditLog), tailOf(files.log('registry'))])
  return async () => {
    const events = await auditEvents(audit)
    return { audit: events, kubernetes: kubernetesRequests(events), registry: await registryRequests(registry), minio: await minio.stop() }
  }
}
