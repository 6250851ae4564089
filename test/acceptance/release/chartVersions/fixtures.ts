import { cp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabInstallation } from '../../support/installation.ts'

/** The lab's chart in another folder, with another version and more templates. An earlier chart in that folder is replaced. */
export async function chartWith(
  installation: LabInstallation,
  folder: string,
  version: string,
  templates: Record<string, object> = {},
): Promise<string> {
  const path = join(installation.folder, folder)
  await rm(path, { recursive: true, force: true })
  await cp(join(installation.folder, 'chart'), path, { recursive: true })
  const text = await readFile(join(path, 'Chart.yaml'), 'utf8')
  await writeFile(join(path, 'Chart.yaml'), text.replace(/^version: .*$/m, `version: ${version}`))
  for (const [name, object] of Object.entries(templates)) await writeFile(join(path, 'templates', `${name}.yaml`), JSON.stringify(object))
  return path
}

/** The desired state with that chart. */
export function fileWith(installation: LabInstallation, name: string, chart: object): Promise<string> {
  return installation.withEdits(name, (document) => document.setIn(['release', 'chart'], chart))
}
