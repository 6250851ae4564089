import { appendFile, cp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeReleaseArchive } from '../../lab/inputs/releaseArchive.ts'
import { layout } from '../../lab/layout.ts'
import type { Command } from '../run.ts'
import { repository, type Site } from '../site.ts'
import type { Bench } from './bench.ts'

/** One thing that is another when a saved plan is applied than when it was made. */
export type Change = {
  readonly name: string
  readonly reason: RegExp
  /** Files of the installation's folder that it changes. */
  readonly touches?: readonly string[]
  /** Makes it; may answer how groundcrew has to be run then, and what to undo besides. */
  readonly make: (bench: Bench, plan: string) => Promise<Made | undefined>
  readonly isSample?: boolean
}

export type Made = { readonly env?: Record<string, string>; readonly program?: Command; readonly undo?: () => Promise<unknown> }

const in_ = (bench: Bench, name: string): string => join(bench.site.folder, name)

const edited = (name: string, from: string | RegExp, to: string) => async (bench: Bench) => {
  const text = await readFile(in_(bench, name), 'utf8')
  if (text.replace(from, to) === text) throw new Error(`${name} holds no ${from}`)
  await writeFile(in_(bench, name), text.replace(from, to))
  return undefined
}

const CHART = 'approved-chart/Chart.yaml'
const STATE = 'state/installation.json'

/** On this machine: the file, what it refers to, groundcrew itself. */
export const here: readonly Change[] = [
  {
    name: 'the file',
    reason: /Changed since it was made: desired-state\.yaml\./,
    touches: ['approved.yaml'],
    isSample: true,
    make: async (bench) => void (await appendFile(bench.file, '# a remark\n')),
  },
  {
    name: 'an input behind env',
    reason: /Changed since it was made: the secret behind \/admin\/password\./,
    isSample: true,
    make: async () => ({ env: { ACCEPT_ADMIN_PASSWORD: 'another-password-4tR' } }),
  },
  {
    name: 'an input behind file',
    reason: /Changed since it was made: the secret behind \/admin\/username\./,
    touches: ['canary-admin-name'],
    make: async (bench) => void (await writeFile(in_(bench, 'canary-admin-name'), 'another-admin\n')),
  },
  {
    name: 'an input behind command',
    reason: /Changed since it was made: the secret behind \/database\/url\./,
    touches: ['canary-database-url'],
    make: edited('canary-database-url', 'db.example.com', 'db2.example.com'),
  },
  {
    name: 'the encryption key',
    reason: /Changed since it was made: the encryption key/,
    touches: ['encryption.pem'],
    make: async (bench) => {
      await bench.site.client(
        'openssl',
        'genpkey',
        '-quiet',
        '-algorithm',
        'RSA',
        '-pkeyopt',
        'rsa_keygen_bits:4096',
        '-out',
        in_(bench, 'encryption.pem'),
      )
      return undefined
    },
  },
  {
    name: 'the chart: the same version with other bytes',
    reason: /Changed since it was made: the chart\./,
    touches: ['approved-chart'],
    isSample: true,
    make: async (bench) => void (await appendFile(in_(bench, 'approved-chart/values.yaml'), '\n# a remark\n')),
  },
  {
    name: 'the chart: another version',
    reason: /Changed since it was made: the chart\./,
    touches: ['approved-chart'],
    make: edited(CHART, /^version: .*$/m, 'version: 9.9.9'),
  },
  {
    name: 'the archive: other content',
    reason: /Changed since it was made: the release archive\./,
    touches: ['self-hosted-v3.0.0.tar.gz'],
    make: async (bench) => void (await writeReleaseArchive(in_(bench, 'self-hosted-v3.0.0.tar.gz'), 'v3.0.0', 2 ** 19)),
  },
  {
    name: "the state's serial",
    reason: /Changed since it was made: the state \(something was applied since\)\./,
    touches: ['state'],
    isSample: true,
    make: async (bench) => void (await bench.run(['state', 'rm', 'bucket/spacelift-modules'])),
  },
  {
    name: "the state's lineage",
    reason: /Changed since it was made: the state \(another one\)\./,
    touches: ['state'],
    make: edited(STATE, /"lineage": "[^"]*"/, '"lineage": "of-another-state"'),
  },
  {
    name: "groundcrew's version",
    reason: /Changed since it was made: groundcrew’s version \(\S+, now 99\.0\.0\)\./,
    make: async (bench) => ({ program: await otherVersion(bench.site) }),
  },
]

async function otherVersion(site: Site): Promise<Command> {
  const folder = join(site.lab.dir, 'other-groundcrew')
  await rm(folder, { recursive: true, force: true })
  await cp(join(repository, 'src'), join(folder, 'src'), { recursive: true })
  for (const name of ['package.json', 'node_modules']) await symlink(join(repository, name), join(folder, name))
  await writeFile(join(folder, 'src/version.ts'), "export const VERSION = '99.0.0'\n")
  return [process.execPath, '--disable-warning=ExperimentalWarning', join(folder, 'src/bin.ts')]
}

const onPlan = (name: string, reason: RegExp, edit: (text: string) => string, isSample = false): Change => ({
  name,
  reason,
  isSample,
  make: async (_bench, plan) => {
    const text = await readFile(plan, 'utf8')
    if (edit(text) === text) throw new Error('the edit changes nothing')
    await writeFile(plan, edit(text))
    return undefined
  },
})

/** In the saved plan itself. */
export const inThePlan: readonly Change[] = [
  onPlan(
    'consent added by hand',
    /edited or damaged/,
    (text) => text.replace('"acceptDataLoss": []', '"acceptDataLoss": ["bucket/spacelift-run-logs"]'),
    true,
  ),
  onPlan('its scope widened by hand', /edited or damaged/, (text) => text.replace('"exclude": []', '"exclude": ["image"]')),
  onPlan('a new id, to apply it twice', /edited or damaged/, (text) =>
    text.replace(/"id": "[^"]*"/, '"id": "00000000-0000-4000-8000-000000000000"'),
  ),
  onPlan('a planned value changed', /edited or damaged/, (text) => text.replace('77', '7'), true),
  onPlan('cut short', /is no saved plan, or was cut short/, (text) => text.slice(0, -200), true),
  onPlan('another format', /in a format that groundcrew \S+ does not know/, (text) => text.replace('"format": 1', '"format": 2'), true),
  onPlan('something else altogether', /is no saved plan/, () => 'version: v3.0.0\n'),
]

const server = (
  name: string,
  reason: RegExp,
  change: (site: Site) => Promise<unknown>,
  undo?: (site: Site) => Promise<unknown>,
  isSample = false,
): Change => ({
  name,
  reason,
  isSample,
  make: async ({ site }) => {
    await change(site)
    return undo === undefined ? undefined : { undo: () => undo(site) }
  },
})

const asItIs = (address: string) => new RegExp(`Changed since it was made: ([^;.]*; )*${address} as it is on the server`)
const runLogs = 'lab/spacelift-run-logs'
const secret = (value: string | null) => (site: Site) =>
  site.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-server', '--type=merge', '-p', JSON.stringify({ data: { SURPLUS: value } }))
const upgrade =
  (...flags: string[]) =>
  (site: Site) =>
    site.helm('upgrade', 'spacelift', join(site.folder, 'chart'), '--reuse-values', ...flags)

/** On the servers, one of each kind. What is planned and what is not: either makes it another plan. */
export const onServers: readonly Change[] = [
  server(
    'an image tag moved',
    asItIs('image/backend'),
    (site) => site.client('crane', 'copy', site.image('launcher'), site.image('backend')),
    async (site) => void (await site.apply()),
  ),
  server(
    'the versioning of a bucket',
    asItIs('bucket/spacelift-run-logs'),
    (site) => site.mc('version', 'suspend', runLogs),
    (site) => site.mc('version', 'enable', runLogs),
  ),
  server(
    'a rule of a bucket',
    asItIs('bucket/spacelift-states'),
    (site) => site.mc('ilm', 'rule', 'add', '--expire-days', '5', 'lab/spacelift-states'),
    (site) => site.mc('ilm', 'rule', 'rm', '--all', '--force', 'lab/spacelift-states'),
    true,
  ),
  server(
    'the policy of a bucket',
    asItIs('bucket/spacelift-run-logs'),
    (site) => site.mc('anonymous', 'set', 'download', runLogs),
    (site) => site.mc('anonymous', 'set', 'private', runLogs),
  ),
  server('a key of a secret', asItIs('secret/spacelift/spacelift-server'), secret('eA=='), secret(null), true),
  server('a new revision of the release by helm', asItIs('release/spacelift/spacelift'), upgrade()),
  server(
    'values of the release by helm',
    asItIs('release/spacelift/spacelift'),
    upgrade('--set', 'server.replicaCount=2'),
    upgrade('--set', 'server.replicaCount=null'),
  ),
  {
    name: 'another object store at the same address',
    reason: /another world.*[\s\S]*the object store/,
    make: otherObjectStore,
  },
  {
    name: 'another, empty registry at the same address',
    reason: asItIs('image/backend'),
    make: ({ site }) => anew(site, 'registry'),
  },
]

/** An empty one that knows the same user: nothing but its own identity can tell. */
async function otherObjectStore({ site, planted }: Bench): Promise<Made> {
  const made = await anew(site, 'minio')
  const user = await site.input('canary-minio-user')
  await site.mc('admin', 'user', 'add', 'lab', user, planted.env.ACCEPT_MINIO_SECRET ?? '')
  await site.mc('admin', 'policy', 'attach', 'lab', 'consoleAdmin', '--user', user)
  return made
}

/** Puts a new, empty server in the place of one, until it is undone. */
async function anew({ lab }: Site, name: 'minio' | 'registry'): Promise<Made> {
  const data = layout(lab.dir).data(name)
  const swap = async (act: () => Promise<unknown>) => {
    await lab.server(name).stop()
    await act()
    await lab.server(name).start()
  }
  await swap(() => rename(data, `${data}-aside`))
  return {
    undo: () =>
      swap(async () => {
        await rm(data, { recursive: true, force: true })
        await rename(`${data}-aside`, data)
      }),
  }
}
