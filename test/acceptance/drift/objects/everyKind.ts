import { cp, mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { LabInstallation } from '../../support/installation.ts'

const templates = fileURLToPath(new URL('everyKind', import.meta.url))

/** The lab's chart with an object of nearly every kind and fields of nearly every sort. Answers the file that names it. */
export async function fileWithEveryKind(site: LabInstallation): Promise<string> {
  const chart = join(site.folder, 'chart-with-every-kind')
  await cp(join(site.folder, 'chart'), chart, { recursive: true })
  await cp(templates, join(chart, 'templates', 'every'), { recursive: true })
  await mkdir(join(chart, 'crds'))
  await rename(join(chart, 'templates', 'every', 'crd.yaml'), join(chart, 'crds', 'crd.yaml'))
  return site.withEdits('every-kind', (it) => it.setIn(['release', 'chart', 'path'], './chart-with-every-kind'))
}
