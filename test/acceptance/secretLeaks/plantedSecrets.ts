import { randomBytes } from 'node:crypto'
import type { Document } from 'yaml'
import type { LabInstallation } from '../support/installation.ts'
import { runOk } from '../support/run.ts'
import { Canaries } from './canaries.ts'

export const canary = (): string => `Canary${randomBytes(12).toString('base64url').replaceAll(/[-_]/g, 'x')}`

/** A desired state whose every secret input is a canary that the servers accept, and the environment it needs. */
export type PlantedSecrets = { file: string; env: Record<string, string>; canaries: Canaries }

/** Gives every secret input a value of its own, through all three kinds of reference. */
export async function plantSecrets(installation: LabInstallation): Promise<PlantedSecrets> {
  const canaries = new Canaries()
  const planted = (name: string): string => {
    const value = canary()
    canaries.add(name, value)
    return value
  }
  const env = {
    ACCEPT_ADMIN_PASSWORD: planted('admin.password'),
    ACCEPT_MINIO_SECRET: planted('objectStorage.admin.secretKey'),
    ACCEPT_PROXY: planted('environment.shared by env'),
  }
  const [minioUser, registryUser, registryPassword] = [
    planted('objectStorage.admin.accessKey'),
    planted('registry username'),
    planted('registry password'),
  ]
  await installation.mc('admin', 'user', 'add', 'lab', minioUser, env.ACCEPT_MINIO_SECRET)
  await installation.mc('admin', 'policy', 'attach', 'lab', 'consoleAdmin', '--user', minioUser)
  await addRegistryUser(installation, registryUser, registryPassword)
  const files: Record<string, string> = {
    'canary-minio-user': minioUser,
    'canary-registry-user': registryUser,
    'canary-registry-password': registryPassword,
    'canary-application-user': planted('objectStorage.application.accessKey'),
    'canary-database-url': `postgres://${planted('database user')}:${planted('database password')}@db.example.com/spacelift?statement_cache_capacity=0`,
    'canary-admin-name': planted('admin.username'),
    'canary-drain': planted('environment.drain by file'),
    'canary-server': planted('environment.server by command'),
  }
  for (const [name, value] of Object.entries(files)) await installation.write(name, `${value}\n`)
  await addExistingInputs(installation, canaries)
  return { file: await installation.withEdits('canaries', (document) => referTo(document, installation)), env, canaries }
}

/** The secrets that the lab generated are canaries as well. */
async function addExistingInputs(installation: LabInstallation, canaries: Canaries): Promise<void> {
  canaries.add('objectStorage.application.secretKey', await installation.input('application-secret-key'))
  canaries.add('license signature', (await installation.input('license.jwt')).split('.')[2] ?? '')
  const lines = (await installation.input('encryption.pem')).split('\n').slice(1, -1)
  for (const i of [5, 20, 35]) canaries.add(`encryption key, line ${i}`, lines[i] ?? '')
}

function referTo(document: Document, installation: LabInstallation): void {
  const registry = ['registries', installation.lab.env.REGISTRY ?? '']
  document.setIn([...registry, 'username'], { file: './canary-registry-user' })
  document.setIn([...registry, 'password'], { file: './canary-registry-password' })
  document.setIn(['objectStorage', 'admin'], { accessKey: { file: './canary-minio-user' }, secretKey: { env: 'ACCEPT_MINIO_SECRET' } })
  document.setIn(['objectStorage', 'application', 'accessKey'], { file: './canary-application-user' })
  document.setIn(['database', 'url'], { command: ['cat', `${installation.folder}/canary-database-url`] })
  document.setIn(['admin'], { username: { file: './canary-admin-name' }, password: { env: 'ACCEPT_ADMIN_PASSWORD' } })
  document.setIn(['environment'], {
    shared: { HTTPS_PROXY: { env: 'ACCEPT_PROXY' } },
    server: { EXTRA: { command: ['cat', `${installation.folder}/canary-server`] } },
    drain: { EXTRA: { file: './canary-drain' } },
  })
}

/** The registry reads its users again when their file changes. */
async function addRegistryUser(installation: LabInstallation, user: string, password: string): Promise<void> {
  const script = 'print crypt(<STDIN>, "\\$2b\\$04\\$" . "abcdefghijklmnopqrstuu")'
  const hash = await runOk(['perl', '-e', script], { input: password })
  await runOk(['sh', '-c', 'cat >> "$0"', `${installation.lab.dir}/registry-users`], { input: `${user}:${hash}\n` })
}
