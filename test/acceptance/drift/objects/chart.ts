import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LabInstallation } from '../../support/installation.ts'

export const HOOK = 'spacelift-settings'
export const CRD = 'things.example.com'

const HOOK_TEMPLATE = `apiVersion: v1
kind: ConfigMap
metadata:
  name: ${HOOK}
  annotations: { helm.sh/hook: "post-install,post-upgrade" }
data: { mode: plain }
`

const CRD_FILE = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: ${CRD} }
spec:
  group: example.com
  scope: Namespaced
  names: { plural: things, kind: Thing }
  versions:
    - name: v1
      served: true
      storage: true
      schema: { openAPIV3Schema: { type: object, properties: { spec: { type: object } } } }
`

/** The lab's chart with a hook that stays and a CRD. Answers the file that names it. */
export async function fileWithHookAndCrd(site: LabInstallation): Promise<string> {
  const chart = join(site.folder, 'chart-with-more')
  await cp(join(site.folder, 'chart'), chart, { recursive: true })
  await mkdir(join(chart, 'crds'))
  await writeFile(join(chart, 'crds', 'things.yaml'), CRD_FILE)
  await writeFile(join(chart, 'templates', 'settings.yaml'), HOOK_TEMPLATE)
  return site.withEdits('with-more', (it) => it.setIn(['release', 'chart', 'path'], './chart-with-more'))
}
