import { type LogTail, parsedLines } from './logTail.ts'
import type { SeenRequest } from './seen.ts'

/** An event of the API server's audit log, as far as it matters here; the file has all of it. */
export type AuditEvent = {
  stage: string
  verb: string
  requestURI: string
  userAgent?: string
  user: { username: string }
  responseStatus?: { code: number }
  objectRef?: { resource: string; namespace?: string; name?: string }
  /** What was sent, for every write. */
  requestObject?: unknown
}

// An event is written before its answer leaves: whoever has the answer finds the event.
export const auditEvents = (log: LogTail): Promise<AuditEvent[]> => parsedLines<AuditEvent>(log)

/** Requests of the lab's users; the control plane's own are left out. A watch counts when it begins. */
export function kubernetesRequests(events: AuditEvent[]): SeenRequest[] {
  const ours = events.filter(({ user, stage, verb }) => user.username === 'lab-admin' && (verb !== 'watch' || stage === 'ResponseStarted'))
  return ours.map(({ verb, requestURI, responseStatus, userAgent = '', user }) => ({
    method: verb,
    path: requestURI,
    status: responseStatus?.code ?? 0,
    userAgent,
    user: user.username,
  }))
}
