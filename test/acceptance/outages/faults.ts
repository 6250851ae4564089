import { readFile } from 'node:fs/promises'
import { parse, stringify } from 'yaml'
import { newAuthority } from '../../../scripts/lab/certificates.ts'
import type { LabInstallation } from '../support/installation.ts'
import { deniedRegistry, muteListener } from './servers.ts'

export type Fault = {
  server: 'API server' | 'MinIO' | 'registry'
  name: string
  says: RegExp
  /** Makes it so; answers what groundcrew is to be run with. */
  begin(): Promise<{ flags?: string[]; env?: Record<string, string> }>
  end?(): Promise<void>
}

/** Five ways in which each of the three servers can fail, and silence behind a finished TLS handshake besides. */
export async function faults(site: LabInstallation): Promise<Fault[]> {
  const stranger = await newAuthority('somebody else')
  await site.write('stranger.pem', stranger.certificate)
  return [
    ...processFaults(site),
    ...(await kubernetesFaults(site, stranger.certificate)),
    ...(await minioFaults(site)),
    ...(await registryFaults(site)),
  ]
}

const refused = /refused|ECONNREFUSED|not reach|unreachable/i
const silent = /did not answer|no answer|not answer|timed out|silent/i
const certificate = /certificate|\bCA\b/
const credentials = /password|credential|unauthori[sz]ed|not accept|refused|access key|signature|log ?in/i
const rights = /\bright|forbidden|not allowed|may not|permission|denied|policy/i

/** The lab's own servers, stopped and suspended. */
function processFaults(site: LabInstallation): Fault[] {
  const servers = { 'API server': 'kube-apiserver', MinIO: 'minio', registry: 'registry' } as const
  return (['API server', 'MinIO', 'registry'] as const).flatMap((server): Fault[] => {
    const process = site.lab.server(servers[server])
    const nothing = async () => ({})
    return [
      { server, name: 'refused connection', says: refused, begin: () => process.stop().then(nothing), end: process.start },
      { server, name: 'silent listener', says: silent, begin: () => process.suspend().then(nothing), end: process.resume },
    ]
  })
}

async function kubernetesFaults(site: LabInstallation, strangersCa: string): Promise<Fault[]> {
  const server = 'API server'
  const token = await site.kubectl('create', 'token', 'default', '--namespace', 'default')
  const withKubeconfig = (name: string, edit: (it: Kubeconfig) => void) => async () => {
    const config = parse(await readFile(site.lab.env.KUBECONFIG ?? '', 'utf8')) as Kubeconfig
    edit(config)
    return { flags: ['--kubeconfig', await site.write(`kubeconfig-${name}`, stringify(config))] }
  }
  const ca = Buffer.from(strangersCa).toString('base64')
  const mute = await muteListener(site)
  return [
    {
      server,
      name: 'wrong CA',
      says: certificate,
      begin: withKubeconfig('ca', ({ clusters: [it] }) => {
        it.cluster['certificate-authority-data'] = ca
      }),
    },
    {
      server,
      name: 'wrong credentials',
      says: credentials,
      begin: withKubeconfig('token', ({ users: [it] }) => {
        it.user = { token: 'wrong' }
      }),
    },
    {
      server,
      name: 'missing right',
      says: rights,
      begin: withKubeconfig('rights', ({ users: [it] }) => {
        it.user = { token: token.trim() }
      }),
    },
    {
      server,
      name: 'silent after the handshake',
      says: silent,
      begin: withKubeconfig('mute', ({ clusters: [it] }) => {
        it.cluster = { server: mute.url, 'certificate-authority-data': mute.ca }
      }),
    },
  ]
}

type Kubeconfig = { clusters: [{ cluster: Record<string, string> }]; users: [{ user: Record<string, string> }] }

async function minioFaults(site: LabInstallation): Promise<Fault[]> {
  const server = 'MinIO'
  const mute = await muteListener(site)
  await site.mc('admin', 'user', 'add', 'lab', 'nobody', 'nobodys-password')
  await site.write('wrong-password', 'wrong-password')
  await site.write('nobody', 'nobody')
  await site.write('nobodys-password', 'nobodys-password')
  const set = variants(site, 'minio')
  return [
    { server, name: 'wrong CA', says: certificate, begin: set({ 'objectStorage.caFile': './stranger.pem' }) },
    { server, name: 'wrong password', says: credentials, begin: set({ 'objectStorage.admin.secretKey.file': './wrong-password' }) },
    { server, name: 'unknown user', says: credentials, begin: set({ 'objectStorage.admin.accessKey.file': './wrong-password' }) },
    {
      server,
      name: 'missing right',
      says: rights,
      begin: set({ 'objectStorage.admin.accessKey.file': './nobody', 'objectStorage.admin.secretKey.file': './nobodys-password' }),
    },
    {
      server,
      name: 'silent after the handshake',
      says: silent,
      begin: set({ 'objectStorage.endpoint': mute.url, 'objectStorage.caFile': mute.caFile }),
    },
  ]
}

/** htpasswd knows no rights, so a registry that denies is played by a server of ours. */
async function registryFaults(site: LabInstallation): Promise<Fault[]> {
  const server = 'registry'
  const [denied, mute] = await Promise.all([deniedRegistry(site), muteListener(site)])
  const set = variants(site, 'registry')
  const host = site.lab.env.REGISTRY ?? ''
  const other = ({ host: its, caFile }: { host: string; caFile: string }) => ({
    registries: { [its]: { caFile, username: { file: './registry-username' }, password: { file: './registry-password' } } },
    'images.backend': `${its}/spacelift/backend`,
    'images.launcher': `${its}/spacelift/launcher`,
  })
  return [
    { server, name: 'wrong CA', says: certificate, begin: set({ [`registries|${host}|caFile`]: './stranger.pem' }) },
    { server, name: 'wrong password', says: credentials, begin: set({ [`registries|${host}|password|file`]: './wrong-password' }) },
    { server, name: 'missing right', says: rights, begin: set(other(denied)), end: denied.close },
    { server, name: 'silent after the handshake', says: silent, begin: set(other(mute)) },
  ]
}

// A path is written with dots, or with bars where a key has dots of its own. The variant stands beside the real file, so it has the same state.
const variants = (site: LabInstallation, name: string) => (edits: Record<string, unknown>) => async () => {
  const file = await site.withEdits(`${name}-fault`, (document) => {
    for (const [path, value] of Object.entries(edits)) document.setIn(path.split(path.includes('|') ? '|' : '.'), value)
  })
  return { flags: ['-f', file] }
}
