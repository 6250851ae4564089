import { randomBytes } from 'node:crypto'
import type { LabInstallation } from '../support/installation.ts'
import { runOk } from '../support/run.ts'
import { Canaries } from './canaries.ts'

export const canary = (): string => `Canary${randomBytes(12).toString('base64url').replaceAll(/[-_]/g, 'x')}`

/** A desired state whose every secret input is a canary that the servers accept, and the environment it needs. */
export type Planted = { file: string; env: Record<string, string>; canaries: Canaries }

/** Gives every secret input a value of its own, by all three kinds of reference. */
export async function plant(site: LabInstallation): Promise<Planted> {
  const canaries = new Canaries()
  const make = (name: string): string => {
    const value = canary()
    canaries.add(name, value)
    return value
  }
  const env = {
    ACCEPT_ADMIN_PASSWORD: make('admin.password'),
    ACCEPT_MINIO_SECRET: make('objectStorage.admin.secretKey'),
    ACCEPT_PROXY: make('environment.shared by env'),
  }
  const [minioUser, registryUser, registryPassword] = [
    make('objectStorage.admin.accessKey'),
    make('registry username'),
    make('registry password'),
  ]
  await site.mc('admin', 'user', 'add', 'lab', minioUser, env.ACCEPT_MINIO_SECRET)
  await site.mc('admin', 'policy', 'attach', 'lab', 'consoleAdmin', '--user', minioUser)
  await addRegistryUser(site, registryUser, registryPassword)
  const files: Record<string, string> = {
    'canary-minio-user': minioUser,
    'canary-registry-user': registryUser,
    'canary-registry-password': registryPassword,
    'canary-application-user': make('objectStorage.application.accessKey'),
    'canary-database-url': `postgres://${make('database user')}:${make('database password')}@db.example.com/spacelift?statement_cache_capacity=0`,
    'canary-admin-name': make('admin.username'),
    'canary-drain': make('environment.drain by file'),
    'canary-server': make('environment.server by command'),
  }
  for (const [name, value] of Object.entries(files)) await site.write(name, `${value}\n`)
  await plantExisting(site, canaries)
  return { file: await site.withEdits('canaries', (it) => refer(it, site)), env, canaries }
}

/** What the lab made up is as good a canary as any. */
async function plantExisting(site: LabInstallation, canaries: Canaries): Promise<void> {
  canaries.add('objectStorage.application.secretKey', await site.input('application-secret-key'))
  canaries.add('license signature', (await site.input('license.jwt')).split('.')[2] ?? '')
  const lines = (await site.input('encryption.pem')).split('\n').slice(1, -1)
  for (const i of [5, 20, 35]) canaries.add(`encryption key, line ${i}`, lines[i] ?? '')
}

function refer(it: import('yaml').Document, site: LabInstallation): void {
  const registry = ['registries', site.lab.env.REGISTRY ?? '']
  it.setIn([...registry, 'username'], { file: './canary-registry-user' })
  it.setIn([...registry, 'password'], { file: './canary-registry-password' })
  it.setIn(['objectStorage', 'admin'], { accessKey: { file: './canary-minio-user' }, secretKey: { env: 'ACCEPT_MINIO_SECRET' } })
  it.setIn(['objectStorage', 'application', 'accessKey'], { file: './canary-application-user' })
  it.setIn(['database', 'url'], { command: ['cat', `${site.folder}/canary-database-url`] })
  it.setIn(['admin'], { username: { file: './canary-admin-name' }, password: { env: 'ACCEPT_ADMIN_PASSWORD' } })
  it.setIn(['environment'], {
    shared: { HTTPS_PROXY: { env: 'ACCEPT_PROXY' } },
    server: { EXTRA: { command: ['cat', `${site.folder}/canary-server`] } },
    drain: { EXTRA: { file: './canary-drain' } },
  })
}

/** The registry reads its users anew when their file changes. */
async function addRegistryUser(site: LabInstallation, user: string, password: string): Promise<void> {
  const script = 'print crypt(<STDIN>, "\\$2b\\$04\\$" . "abcdefghijklmnopqrstuu")'
  const hash = await runOk(['perl', '-e', script], { input: password })
  await runOk(['sh', '-c', 'cat >> "$0"', `${site.lab.dir}/registry-users`], { input: `${user}:${hash}\n` })
}
