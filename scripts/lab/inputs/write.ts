import { randomBytes } from 'node:crypto'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { newKey } from '../certificates.ts'
import { type Description, newLogin } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import { desiredState, inputFiles, version } from './desiredState.ts'
import { writeReleaseArchive } from './releaseArchive.ts'

const chartSource = new URL('../../../test/lab/chart', import.meta.url)

/** Writes everything that an installation on this lab needs into `install/`: `desired-state.yaml` and the files it references. */
export async function writeInputs(description: Description, ca: string, imageBytes: number): Promise<void> {
  const folder = layout(description.dir).install
  // First, because it creates the folder for the others.
  await writePrivate(layout(description.dir).desiredState, desiredState(description))
  await Promise.all([
    ...Object.entries(secrets(description)).map(([name, value]) => writePrivate(join(folder, name), `${value}\n`)),
    writePrivate(join(folder, inputFiles.ca), ca),
    writeEncryptionKey(join(folder, inputFiles.encryptionKey)),
    writeReleaseArchive(join(folder, inputFiles.archive), version, imageBytes),
    cp(chartSource, join(folder, inputFiles.chart), { recursive: true }),
  ])
}

function secrets(description: Description): Record<string, string> {
  const application = newLogin('spacelift-app')
  const database = newLogin('spacelift')
  return {
    [inputFiles.registryUsername]: description.registry.username,
    [inputFiles.registryPassword]: description.registry.password,
    [inputFiles.minioAccessKey]: description.minio.username,
    [inputFiles.minioSecretKey]: description.minio.password,
    [inputFiles.applicationAccessKey]: application.username,
    [inputFiles.applicationSecretKey]: application.password,
    [inputFiles.databaseUrl]: `postgres://${database.username}:${database.password}@db.example.com/spacelift?statement_cache_capacity=0`,
    [inputFiles.license]: licenseToken(),
    [inputFiles.adminPassword]: newLogin('admin').password,
  }
}

const writeEncryptionKey = async (path: string): Promise<void> => writePrivate(path, await newKey(4096))

const YEAR_SECONDS = 365 * 24 * 3600

/** A licence token: a JWT with readable claims and a random signature. */
function licenseToken(): string {
  const now = Math.floor(Date.now() / 1000)
  const header = { alg: 'RS256', typ: 'JWT', kid: 'lab' }
  const claims = { iss: 'spacelift', sub: 'groundcrew lab', iat: now, exp: now + 5 * YEAR_SECONDS }
  return [encode(header), encode(claims), randomBytes(256).toString('base64url')].join('.')
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')
