import { readFile, writeFile } from 'node:fs/promises'
import { type Document, parseDocument } from 'yaml'
import { lifecycleRules } from '../support/assertions.ts'
import type { LabInstallation } from '../support/installation.ts'

/** The text of the desired state with some edits, not yet saved. */
export async function editedText(installation: LabInstallation, edit: (document: Document) => void): Promise<string> {
  const document = parseDocument(await readFile(installation.file, 'utf8'))
  edit(document)
  return String(document)
}

/** Saves the desired state with some edits, in place. */
export async function saveEdits(installation: LabInstallation, edit: (document: Document) => void): Promise<void> {
  await writeFile(installation.file, await editedText(installation, edit))
}

/** Declares after how many days the noncurrent versions in a bucket expire. */
export const setNoncurrentDays = (document: Document, role: string, days: number): void =>
  document.setIn(['objectStorage', 'buckets', role], { noncurrentDays: days })

/** The days after which noncurrent versions expire, as MinIO returns them. */
export async function noncurrentDays(installation: LabInstallation, bucket: string): Promise<number[]> {
  const rules = await lifecycleRules(installation, bucket)
  return rules.flatMap(({ NoncurrentVersionExpiration: expiration }) => {
    const days = (expiration as { NoncurrentDays?: number } | undefined)?.NoncurrentDays
    return days ?? []
  })
}
