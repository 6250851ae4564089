import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { newKey } from '../certificates.ts'
import { type Description, newLogin } from '../description.ts'
import { layout } from '../layout.ts'
import { writePrivate } from '../privateFile.ts'
import { desiredState, inputFiles, version } from './desiredState.ts'
import { licenseToken } from './license.ts'
import { writeReleaseArchive } from './releaseArchive.ts'

const chartSource = new URL('../../../test/lab/chart', import.meta.url)

/** Writes everything that an install on this lab needs into `install/`: `desired-state.yaml` and the files it names. */
export async function writeInputs(it: Description, ca: string, imageBytes: number): Promise<void> {
  const folder = layout(it.dir).install
  // First, because it makes the folder that the others write to.
  await writePrivate(layout(it.dir).desiredState, desiredState(it))
  await Promise.all([
    ...Object.entries(secrets(it)).map(([name, value]) => writePrivate(join(folder, name), `${value}\n`)),
    writePrivate(join(folder, inputFiles.ca), ca),
    writeEncryptionKey(join(folder, inputFiles.encryptionKey)),
    writeReleaseArchive(join(folder, inputFiles.archive), version, imageBytes),
    cp(chartSource, join(folder, inputFiles.chart), { recursive: true }),
  ])
}

function secrets(it: Description): Record<string, string> {
  const application = newLogin('spacelift-app')
  const database = newLogin('spacelift')
  return {
    [inputFiles.registryUsername]: it.registry.username,
    [inputFiles.registryPassword]: it.registry.password,
    [inputFiles.minioAccessKey]: it.minio.username,
    [inputFiles.minioSecretKey]: it.minio.password,
    [inputFiles.applicationAccessKey]: application.username,
    [inputFiles.applicationSecretKey]: application.password,
    [inputFiles.databaseUrl]: `postgres://${database.username}:${database.password}@db.example.com/spacelift?statement_cache_capacity=0`,
    [inputFiles.license]: licenseToken(),
    [inputFiles.adminPassword]: newLogin('admin').password,
  }
}

const writeEncryptionKey = async (path: string): Promise<void> => writePrivate(path, await newKey(4096))
