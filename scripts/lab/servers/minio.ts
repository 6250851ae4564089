import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ask } from '../ask.ts'
import type { Description } from '../description.ts'
import { layout } from '../layout.ts'
import { binary } from '../paths.ts'
import { writePrivate } from '../privateFile.ts'
import { plainEnvironment, type ServerSpec } from '../server.ts'

export const minioUrl = ({ ports }: Description): string => `https://127.0.0.1:${ports.minio}`

/** Lays out the folder of certificates as MinIO wants it, and mc's configuration with the alias `lab`. */
export async function writeMinioFiles(it: Description): Promise<void> {
  const files = layout(it.dir)
  await mkdir(join(files.minioCertificates, 'CAs'), { recursive: true })
  await cp(files.serverCertificate, join(files.minioCertificates, 'public.crt'))
  await cp(files.serverKey, join(files.minioCertificates, 'private.key'))
  await mkdir(join(files.mcConfig, 'certs', 'CAs'), { recursive: true })
  await cp(files.ca, join(files.mcConfig, 'certs', 'CAs', 'lab.crt'))
  await writePrivate(join(files.mcConfig, 'config.json'), JSON.stringify(mcConfig(it), undefined, 2))
}

export function minio(it: Description, ca: string): ServerSpec {
  const files = layout(it.dir)
  const args = ['server', '--quiet', `--address=127.0.0.1:${it.ports.minio}`, `--certs-dir=${files.minioCertificates}`, files.data('minio')]
  const env = {
    ...plainEnvironment(),
    MINIO_ROOT_USER: it.minio.username,
    MINIO_ROOT_PASSWORD: it.minio.password,
    MINIO_BROWSER: 'off',
    // It would ask its vendor for a newer version.
    MINIO_UPDATE: 'off',
  }
  return { name: 'minio', command: binary('minio'), args, env, log: files.log('minio'), ready: () => isReady(it, ca) }
}

// The health page is green before the users are loaded; a request without credentials is refused properly only after that.
async function isReady(it: Description, ca: string): Promise<boolean> {
  const { status, text } = await ask({ url: `${minioUrl(it)}/`, ca })
  return status === 403 && text.includes('<Code>AccessDenied</Code>')
}

const mcConfig = (it: Description) => ({
  version: '10',
  aliases: { lab: { url: minioUrl(it), accessKey: it.minio.username, secretKey: it.minio.password, api: 's3v4', path: 'auto' } },
})
