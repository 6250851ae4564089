import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import type { Recorded, SeenRequest } from '../lab/index.ts'
import type { ProbedServer } from './figures/probe.ts'
import { signed } from './figures/signature.ts'
import type { Check, Report } from './report.ts'
import { type Command, must } from './run.ts'
import { expectExit, fromSource, Site } from './site.ts'

const local = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const node = [process.execPath, '--disable-warning=ExperimentalWarning'] as const

export const figures: Check = {
  name: 'figures',
  about: 'a no-op plan from source beside a bare process that makes the same requests',
  async run(report, isQuick) {
    await using site = await Site.applied()
    const requests = await requestsOfAPlan(site)
    const probe = await bareProbe(site, requests)
    await report.line('a no-op plan was measured beside a bare probe', async () => {
      await timed(site, probe)
      return measure(report, site, probe, isQuick ? 5 : 21)
    })
  },
}

async function requestsOfAPlan(site: Site): Promise<Recorded> {
  expectExit(await site.plan(), 0)
  const stop = await site.lab.record()
  expectExit(await site.plan(), 0)
  return stop()
}

async function measure(report: Report, site: Site, probe: Command, pairs: number): Promise<string> {
  const ours: Figure[] = []
  const bare: Figure[] = []
  // In pairs, one after the other: whatever else this machine does meets both.
  for (let i = 0; i < pairs; i++) {
    ours.push(await timed(site, [...fromSource, 'plan', '--detailed-exitcode', '-f', site.file]))
    bare.push(await timed(site, probe))
  }
  const [a, b] = [medians(ours), medians(bare)]
  report.note(`groundcrew plan  ${shown(a)}`)
  report.note(`bare probe       ${shown(b)}`)
  report.note(`first target     0.40 s: ${a.wall <= 0.4 ? 'reached' : 'missed'}`)
  const ratio = (key: keyof Figure) => (a[key] / b[key]).toFixed(2)
  return `${a.wall.toFixed(3)} s, ${ratio('wall')} times the probe's wall, ${ratio('cpu')} of its CPU, ${ratio('memory')} of its memory, medians of ${pairs} pairs`
}

type Figure = { wall: number; cpu: number; memory: number }

/** Wall seconds from outside without a hook; CPU seconds and peak MiB from a second run with one. */
async function timed(site: Site, command: Command): Promise<Figure> {
  const started = performance.now()
  await must(command, { env: site.ownEnv })
  const wall = (performance.now() - started) / 1000
  const file = join(site.lab.dir, 'usage.json')
  await must(command, { env: { ...site.ownEnv, USAGE_FILE: file, NODE_OPTIONS: `--require=${local('figures/usage.cjs')}` } })
  const usage = JSON.parse(await readFile(file, 'utf8')) as NodeJS.ResourceUsage
  return { wall, cpu: (usage.userCPUTime + usage.systemCPUTime) / 1e6, memory: usage.maxRSS / 1024 }
}

const medians = (all: Figure[]): Figure => ({
  wall: median(all.map(({ wall }) => wall)),
  cpu: median(all.map(({ cpu }) => cpu)),
  memory: median(all.map(({ memory }) => memory)),
})

const median = (all: number[]): number => all.toSorted((x, y) => x - y)[Math.floor(all.length / 2)] ?? Number.NaN

const shown = ({ wall, cpu, memory }: Figure): string => `wall ${wall.toFixed(3)} s  CPU ${cpu.toFixed(3)} s  peak ${memory.toFixed(0)} MiB`

/** A command that makes the same requests. They are signed beforehand: that is our cost, not the probe's. */
async function bareProbe(site: Site, { kubernetes, minio, registry }: Recorded): Promise<Command> {
  const { MINIO_ENDPOINT = '', REGISTRY = '', REGISTRY_CA = '' } = site.lab.env
  const { username, password } = site.lab.description.registry
  const ca = await readFile(REGISTRY_CA, 'utf8')
  const basic = { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`, accept: manifestTypes }
  const root = site.lab.description.minio
  const servers: ProbedServer[] = [
    {
      ...(await cluster(site)),
      requests: kubernetes.map(({ path }) => ({ method: 'GET', path, headers: { accept: 'application/json' } })),
    },
    { url: MINIO_ENDPOINT, ca, requests: minio.map((it) => signedRequest(it, MINIO_ENDPOINT, root)) },
    {
      url: `https://${REGISTRY}`,
      ca,
      requests: registry.filter(({ status }) => status !== 401).map(({ method, path }) => ({ method, path, headers: basic })),
    },
  ]
  return [...node, local('figures/probe.ts'), await site.write('probe.json', JSON.stringify(servers))]
}

const manifestTypes = ['vnd.docker.distribution.manifest.v2', 'vnd.oci.image.manifest.v1']
  .map((type) => `application/${type}+json`)
  .join(', ')

function signedRequest({ method, path }: SeenRequest, endpoint: string, root: { username: string; password: string }) {
  return { method, path, headers: signed(method, new URL(path, endpoint), root.username, root.password) }
}

async function cluster(site: Site): Promise<Omit<ProbedServer, 'requests'>> {
  type Kubeconfig = { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] }
  const { clusters, users } = parse(await readFile(site.lab.env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig
  const decode = (text = ''): string => Buffer.from(text, 'base64').toString()
  const [{ cluster: it }, { user }] = [clusters[0], users[0]]
  const [ca, cert, key] = [it['certificate-authority-data'], user['client-certificate-data'], user['client-key-data']].map(decode)
  return { url: it.server ?? '', ca: ca ?? '', cert: cert ?? '', key: key ?? '' }
}
