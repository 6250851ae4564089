import { generateKeyPairSync } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { ReferencePorts } from '../../../src/installation/secrets/references.ts'
import { systemProcesses } from '../../../src/world/processes.ts'

export const NOW = new Date('2026-06-01T12:00:00Z')

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

/** A licence token that holds until `expires`. */
export function token(expires: Date): string {
  return `${encode({ alg: 'RS256' })}.${encode({ exp: expires.getTime() / 1000 })}.c2ln`
}

export function rsaPem(bits: number): string {
  return generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

let smallKey: string | undefined

/** This machine with made-up variables: every secret that the valid files name by variable. */
export function machine(more: { readonly [name: string]: string } = {}): ReferencePorts {
  smallKey ??= rsaPem(2048)
  const env = {
    PATH: process.env.PATH ?? '',
    MINIO_ACCESS_KEY: 'minio-root',
    MINIO_SECRET_KEY: 'minio-root-secret',
    APP_ACCESS_KEY: 'spacelift-app',
    APP_SECRET_KEY: 'spacelift-app-secret',
    DATABASE_URL: 'postgres://spacelift:pw@db.example.com/spacelift',
    MYSQL_URL: 'mysql://spacelift:pw@db.example.com/spacelift',
    ENCRYPTION_KEY: smallKey,
    LICENSE_TOKEN: token(new Date('2030-01-01')),
    ADMIN_PASSWORD: 'correct horse',
    EMPTY: '',
    SHORT: 'seven77',
    BLANK: 'password\n',
    ...more,
  }
  // A checkout may be writable by its group; what that means is tested on its own.
  const trusted = async (path: string) => ({ mode: (await stat(path)).mode & ~0o022 })
  return { env, readFile, stat: trusted, run: systemProcesses.run, now: () => NOW }
}

/** The smallest valid file. */
export function minimalText(): Promise<string> {
  return readFile(new URL('./valid/minimal.yaml', import.meta.url), 'utf8')
}
