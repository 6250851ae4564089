import { type LogTail, parsedLines } from './logTail.ts'
import type { RecordedRequest } from './recordedRequest.ts'

/** The used fields of an event of the API server's audit log. */
export type AuditEvent = {
  stage: string
  verb: string
  requestURI: string
  userAgent?: string
  user: { username: string }
  responseStatus?: { code: number }
  objectRef?: { resource: string; namespace?: string; name?: string }
  /** The body of a write. */
  requestObject?: unknown
}

// An event is written before its response is sent: after the response, the event is in the log.
export const auditEvents = (log: LogTail): Promise<AuditEvent[]> => parsedLines<AuditEvent>(log)

/** Requests of the lab's users, without those of the control plane. A watch counts when it starts. */
export function kubernetesRequests(events: AuditEvent[]): RecordedRequest[] {
  const userEvents = events.filter(
    ({ user, stage, verb }) => user.username === 'lab-admin' && (verb !== 'watch' || stage === 'ResponseStarted'),
  )
  return userEvents.map(({ verb, requestURI, responseStatus, userAgent = '', user }) => ({
    method: verb,
    path: requestURI,
    status: responseStatus?.code ?? 0,
    userAgent,
    user: user.username,
  }))
}
