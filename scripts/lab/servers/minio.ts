import { cp, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Description } from '../description.ts'
import { httpsRequest } from '../httpsRequest.ts'
import { layout } from '../layout.ts'
import { binary } from '../paths.ts'
import { writePrivate } from '../privateFile.ts'
import { plainEnvironment, type ServerSpec } from '../server.ts'

export const minioUrl = ({ ports }: Description): string => `https://127.0.0.1:${ports.minio}`

/** Writes MinIO's folder of certificates, and mc's configuration with the alias `lab`. */
export async function writeMinioFiles(description: Description): Promise<void> {
  const files = layout(description.dir)
  await mkdir(join(files.minioCertificates, 'CAs'), { recursive: true })
  await cp(files.serverCertificate, join(files.minioCertificates, 'public.crt'))
  await cp(files.serverKey, join(files.minioCertificates, 'private.key'))
  await mkdir(join(files.mcConfig, 'certs', 'CAs'), { recursive: true })
  await cp(files.ca, join(files.mcConfig, 'certs', 'CAs', 'lab.crt'))
  await writePrivate(join(files.mcConfig, 'config.json'), JSON.stringify(mcConfig(description), undefined, 2))
}

export function minio(description: Description, ca: string): ServerSpec {
  const files = layout(description.dir)
  const args = [
    'server',
    '--quiet',
    `--address=127.0.0.1:${description.ports.minio}`,
    `--certs-dir=${files.minioCertificates}`,
    files.data('minio'),
  ]
  const env = {
    ...plainEnvironment(),
    MINIO_ROOT_USER: description.minio.username,
    MINIO_ROOT_PASSWORD: description.minio.password,
    MINIO_BROWSER: 'off',
    // Otherwise it checks for updates at its vendor.
    MINIO_UPDATE: 'off',
  }
  return { name: 'minio', command: binary('minio'), args, env, log: files.log('minio'), ready: () => isReady(description, ca) }
}

// The health check succeeds before the users are loaded; only then is a request without credentials refused with AccessDenied.
async function isReady(description: Description, ca: string): Promise<boolean> {
  const { status, text } = await httpsRequest({ url: `${minioUrl(description)}/`, ca })
  return status === 403 && text.includes('<Code>AccessDenied</Code>')
}

const mcConfig = (description: Description) => ({
  version: '10',
  aliases: {
    lab: {
      url: minioUrl(description),
      accessKey: description.minio.username,
      secretKey: description.minio.password,
      api: 's3v4',
      path: 'auto',
    },
  },
})
