import { readFile } from 'node:fs/promises'
import type { Go, WrapperModule } from './go.ts'

const etcdModules = ['server/v3', 'api/v3', 'pkg/v3', 'client/v3', 'client/pkg/v3']
const kubernetesPrograms = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

/** `go install` refuses etcd because its go.mod replaces modules: this wrapper requires all of them at one version. */
export function etcdModule(version: string): WrapperModule {
  const server = 'go.etcd.io/etcd/server/v3'
  const goMod = [...header('etcd', '1.25'), ...etcdModules.map((path) => `require go.etcd.io/etcd/${path} v${version}`), `tool ${server}`]
  return { name: 'etcd', goMod: joinLines(goMod), programs: { etcd: server } }
}

/** The same for Kubernetes, whose staging modules are published as v0.MINOR.PATCH. */
export async function kubernetesModule(go: Go, version: string): Promise<WrapperModule> {
  const { GoMod } = await go.download('k8s.io/kubernetes', `v${version}`)
  const original = await readFile(GoMod, 'utf8')
  const packages = kubernetesPrograms.map((name) => [name, `k8s.io/kubernetes/cmd/${name}`] as const)
  const goMod = [
    ...header('kubernetes', original.match(/^go (\S+)/m)?.[1] ?? '1.26'),
    `require k8s.io/kubernetes v${version}`,
    ...staging(original).map((path) => `replace ${path} => ${path} v0${version.slice(1)}`),
    ...packages.map(([, path]) => `tool ${path}`),
  ]
  return {
    name: 'kubernetes',
    goMod: joinLines(goMod),
    programs: Object.fromEntries(packages),
    tags: 'grpcnotrace',
    define: versionStamp(version),
  }
}

const staging = (goMod: string): string[] => [...goMod.matchAll(/^\s*(\S+) => \.\/staging\//gm)].map((m) => m[1] ?? '')

// Without it the server reports its version as v0.0.0-master+$Format, which breaks helm's version checks.
function versionStamp(version: string): Record<string, string> {
  const [major = '', minor = ''] = version.split('.')
  const at = (name: string) => `k8s.io/component-base/version.${name}`
  return { [at('gitVersion')]: `v${version}`, [at('gitMajor')]: major, [at('gitMinor')]: minor }
}

const header = (name: string, go: string): string[] => [`module lab.invalid/${name}`, `go ${go}`]

const joinLines = (all: string[]): string => `${all.join('\n')}\n`
