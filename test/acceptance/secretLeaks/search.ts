import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { AuditEvent } from '../../../scripts/lab/index.ts'
import * as guide from '../support/guide.ts'
import type { LabInstallation } from '../support/installation.ts'
import type { Canaries } from './canaries.ts'

export async function filesBelow(...folders: readonly string[]): Promise<string[]> {
  const entries = await Promise.all(folders.map((folder) => readdir(folder, { recursive: true, withFileTypes: true })))
  return entries
    .flat()
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** Searches every request of the API server's audit log except those for the declared Secrets. */
export async function searchAuditLog(installation: LabInstallation, canaries: Canaries): Promise<string> {
  const lines = (await readFile(installation.lab.env.AUDIT_LOG ?? '', 'utf8')).split('\n').filter(Boolean)
  const declared = Object.keys(await guide.secrets(installation))
  const events = lines.map((line) => ({ line, event: JSON.parse(line) as AuditEvent }))
  const others = events.filter(({ event: { objectRef } }) => objectRef?.resource !== 'secrets' || !declared.includes(objectRef.name ?? ''))
  for (const { line, event } of others) canaries.expectNone(`${event.verb} ${event.requestURI}`, line + helmRecord(event))
  return `${others.length} of ${lines.length} events`
}

/** The decompressed record of a release in a request that writes it. */
function helmRecord({ requestObject }: AuditEvent): string {
  const release = (requestObject as { data?: { release?: string } } | undefined)?.data?.release
  if (release === undefined) return ''
  return gunzipSync(Buffer.from(Buffer.from(release, 'base64').toString(), 'base64')).toString()
}
