import { cp, mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabInstallation } from '../../support/installation.ts'

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

/** An installation and the file that declares its extended chart. */
export type ChartFixture = { readonly installation: LabInstallation; readonly file: string } & AsyncDisposable

/** Opens an installation whose chart also has a hook that persists and a CRD; nothing is applied. */
export function openWithHookAndCrd(): Promise<ChartFixture> {
  return openWithChart('hook-and-crd', async (chart) => {
    await writeFile(join(chart, 'crds', 'things.yaml'), CRD_FILE)
    await writeFile(join(chart, 'templates', 'settings.yaml'), HOOK_TEMPLATE)
  })
}

/** Opens an installation whose chart has an object of nearly every kind and fields of nearly every type; nothing is applied. */
export function openWithEveryKind(): Promise<ChartFixture> {
  return openWithChart('every-kind', async (chart) => {
    await cp(fileURLToPath(new URL('everyKind', import.meta.url)), join(chart, 'templates', 'every'), {
      recursive: true,
    })
    await rename(join(chart, 'templates', 'every', 'crd.yaml'), join(chart, 'crds', 'crd.yaml'))
  })
}

async function openWithChart(name: string, extend: (chart: string) => Promise<void>): Promise<ChartFixture> {
  const installation = await LabInstallation.open()
  const chart = join(installation.folder, `chart-with-${name}`)
  await cp(join(installation.folder, 'chart'), chart, { recursive: true })
  await mkdir(join(chart, 'crds'))
  await extend(chart)
  const file = await installation.withEdits(name, (document) => document.setIn(['release', 'chart', 'path'], `./chart-with-${name}`))
  return { installation, file, [Symbol.asyncDispose]: () => installation[Symbol.asyncDispose]() }
}
