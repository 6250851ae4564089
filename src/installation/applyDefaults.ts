import { dirname, resolve } from 'node:path'
import { parseDuration } from '../values/duration.ts'
import { type JsonPointer, pointer } from '../values/json.ts'
import type { Position } from '../values/position.ts'
import type { Bucket, ChartSource, Installation, PlainOrSecret, Registry, SecretInput, SecretReference } from './installation.ts'
import type { DesiredState } from './schema/schema.ts'
import { splitRepository } from './schema/stringFormats.ts'
import { BUCKETS, DEFAULTS } from './spacelift.ts'

type Positions = ReadonlyMap<JsonPointer, Position>
type DeclaredSecret = DesiredState['database']['url']

/** Fills in the guide's defaults of a valid file and resolves every path relative to the file's folder. */
export function applyDefaults(declared: DesiredState, path: string, positions: Positions): Installation {
  const folder = new Folder(dirname(path))
  const { objectStorage } = declared
  return {
    path,
    version: declared.version,
    serverDomain: declared.serverDomain,
    kubernetes: defined({
      context: declared.kubernetes?.context,
      namespace: declared.kubernetes?.namespace ?? DEFAULTS.namespace,
      namespaceLabels: declared.kubernetes?.namespaceLabels ?? {},
    }),
    registries: Object.entries(declared.registries ?? {}).map(([host, registry]) => registryOf(folder, host, registry)),
    images: defined({
      archive: folder.path(declared.images.archive),
      archiveSha256: declared.images.archiveSha256,
      platform: declared.images.platform ?? DEFAULTS.platform,
      backend: splitRepository(declared.images.backend),
      launcher: splitRepository(declared.images.launcher),
    }),
    objectStorage: defined({
      endpoint: withoutSlash(objectStorage.endpoint),
      caFile: folder.path(objectStorage.caFile),
      region: objectStorage.region ?? DEFAULTS.region,
      inCluster: { tls: true, allowInsecure: false, ...defined(objectStorage.inCluster) },
      uploadsUrl: withoutSlash(objectStorage.uploadsUrl),
      admin: credentials(folder, 'admin', objectStorage.admin),
      application: credentials(folder, 'application', objectStorage.application),
      buckets: [...guideBuckets(objectStorage.buckets ?? {}), ...extraBuckets(objectStorage.extraBuckets ?? {})],
    }),
    database: { url: folder.secret(declared.database.url, 'database', 'url') },
    encryption: defined({
      rsaPrivateKey: folder.secret(declared.encryption.rsaPrivateKey, 'encryption', 'rsaPrivateKey'),
      publicKeySha256: declared.encryption.publicKeySha256,
    }),
    license: { token: folder.secret(declared.license.token, 'license', 'token') },
    admin: {
      username: folder.text(declared.admin.username, 'admin', 'username'),
      password: folder.secret(declared.admin.password, 'admin', 'password'),
    },
    release: {
      name: declared.release?.name ?? DEFAULTS.releaseName,
      chart: chartOf(folder, declared.release?.chart),
      timeoutSeconds: (declared.release?.timeout && parseDuration(declared.release.timeout)) || DEFAULTS.timeoutSeconds,
      values: declared.release?.values ?? {},
    },
    environment: {
      shared: variables(folder, 'shared', declared.environment?.shared),
      server: variables(folder, 'server', declared.environment?.server),
      drain: variables(folder, 'drain', declared.environment?.drain),
    },
    watch: {
      intervalSeconds: (declared.watch?.interval && parseDuration(declared.watch.interval)) || DEFAULTS.watch.intervalSeconds,
      policy: declared.watch?.policy ?? DEFAULTS.watch.policy,
    },
    drift: {
      accept: (declared.drift?.accept ?? []).map((acceptance, i) =>
        defined({ ...acceptance, at: positions.get(pointer('drift', 'accept', String(i))) }),
      ),
    },
    state: { lockNamespace: declared.state?.lock?.namespace ?? DEFAULTS.lockNamespace },
    positions,
  }
}

/** Resolves paths and references relative to the file's folder. */
class Folder {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  path<P extends string | undefined>(path: P): P {
    return (path === undefined ? undefined : resolve(this.#folder, path)) as P
  }

  secret(declared: DeclaredSecret, ...at: readonly string[]): SecretInput {
    return { at: pointer(...at), from: this.#reference(declared) }
  }

  text(declared: string | DeclaredSecret, ...at: readonly string[]): PlainOrSecret {
    return typeof declared === 'string' ? declared : this.secret(declared, ...at)
  }

  #reference(declared: DeclaredSecret): SecretReference {
    if ('file' in declared) return { file: this.path(declared.file) }
    if (!('command' in declared)) return { env: declared.env }
    const [program = '', ...args] = declared.command
    // A bare name is looked up in PATH; one with a slash is relative to the file's folder, as every path is.
    return { command: [program.includes('/') ? this.path(program) : program, ...args], env: declared.env ?? [] }
  }
}

function registryOf(folder: Folder, host: string, declared: NonNullable<DesiredState['registries']>[string]): Registry {
  return defined({
    host,
    caFile: folder.path(declared.caFile),
    plainHttp: declared.plainHttp ?? false,
    username: declared.username === undefined ? undefined : folder.text(declared.username, 'registries', host, 'username'),
    password: declared.password === undefined ? undefined : folder.secret(declared.password, 'registries', host, 'password'),
  })
}

function credentials(folder: Folder, user: 'admin' | 'application', declared: DesiredState['objectStorage']['admin']) {
  return {
    accessKey: folder.secret(declared.accessKey, 'objectStorage', user, 'accessKey'),
    secretKey: folder.secret(declared.secretKey, 'objectStorage', user, 'secretKey'),
  }
}

function guideBuckets(declared: NonNullable<DesiredState['objectStorage']['buckets']>): Bucket[] {
  return BUCKETS.map(({ role, name, versioning, expireAfterDays }) => {
    const bucket = declared[role] ?? {}
    return defined({
      role,
      name: bucket.name ?? name,
      versioning: bucket.versioning ?? versioning,
      expireAfterDays: days(bucket.expireAfterDays ?? expireAfterDays),
      noncurrentDays: days(bucket.noncurrentDays),
    })
  })
}

function extraBuckets(declared: NonNullable<DesiredState['objectStorage']['extraBuckets']>): Bucket[] {
  return Object.entries(declared).map(([name, bucket]) =>
    defined({
      name,
      versioning: bucket.versioning ?? DEFAULTS.versioning,
      expireAfterDays: days(bucket.expireAfterDays),
      noncurrentDays: days(bucket.noncurrentDays),
    }),
  )
}

function days(value: number | 'never' | undefined): number | undefined {
  return value === 'never' ? undefined : value
}

function chartOf(folder: Folder, declared: NonNullable<DesiredState['release']>['chart']): ChartSource {
  if (declared?.path !== undefined) return { path: folder.path(declared.path) }
  if (declared?.oci !== undefined) return defined({ oci: declared.oci, version: declared.version })
  return declared?.repo !== undefined && declared.name !== undefined
    ? defined({ repo: declared.repo, name: declared.name, version: declared.version })
    : DEFAULTS.chart
}

function variables(folder: Folder, reader: string, declared: { readonly [name: string]: string | DeclaredSecret } | undefined) {
  return Object.fromEntries(Object.entries(declared ?? {}).map(([name, value]) => [name, folder.text(value, 'environment', reader, name)]))
}

function withoutSlash(url: string): string {
  return url.replace(/\/$/, '')
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Removes keys whose value is undefined: an optional key is absent or has a value. */
function defined<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}
