import type { Installation, PlainOrSecret, Registry, Repository, Resolved } from '../../installation/installation.ts'
import { ProblemError } from '../../values/problem.ts'
import { Sealed } from '../../values/sealed.ts'
import type { RegistryReads, RegistryWrites } from '../ports/registry.ts'
import { Auth } from './auth.ts'
import { RegistryHost } from './host.ts'
import { type Login, type LoginSource, machineLogin } from './login.ts'
import { absenceCode, readContent, readImage } from './readImage.ts'
import { refusedProblem } from './registryProblems.ts'
import { type CaTrust, RegistryTransport } from './transport.ts'

/**
 * The registries of an installation. Reads no file and sends no request before the first use.
 * Logins: `registries` in the file, else the credentials of docker or podman on this machine.
 */
export function openRegistries({ installation, secrets }: Pick<Resolved, 'installation' | 'secrets'>, source: LoginSource): Registries {
  return new Registries(installation, (value) => (typeof value === 'string' ? Sealed.of(value) : secrets.get(value.at)), source)
}

type OpenSecret = (value: PlainOrSecret) => Sealed | undefined

export class Registries implements RegistryReads, RegistryWrites {
  readonly #installation: Installation
  readonly #openSecret: OpenSecret
  readonly #source: LoginSource
  readonly #transport: RegistryTransport
  readonly #hosts = new Map<string, RegistryHost>()

  constructor(installation: Installation, openSecret: OpenSecret, source: LoginSource) {
    this.#installation = installation
    this.#openSecret = openSecret
    this.#source = source
    this.#transport = new RegistryTransport((host) => this.#caTrust(host))
  }

  image: RegistryReads['image'] = (repository, reference) =>
    readImage(this.#host(repository.host), repository, reference, this.#installation.images.platform)

  content: RegistryReads['content'] = (repository, configDigest) => readContent(this.#host(repository.host), repository, configDigest)

  push: RegistryWrites['push'] = async (image) => {
    const { pushImage } = await import('./push.ts')
    return pushImage(this.#host(image.repository.host), { ...image, siblings: image.siblings ?? this.#siblings(image.repository) })
  }

  /** Removes all tags of this manifest: registries cannot remove a single tag. */
  remove: RegistryWrites['remove'] = async ({ host: name, path }, digest) => {
    const host = this.#host(name)
    const reply = await host.request({ method: 'DELETE', path: `/v2/${path}/manifests/${digest}`, repository: path, access: 'delete' })
    if (![200, 202, 204].includes(reply.status) && absenceCode(reply) === undefined)
      throw new ProblemError(refusedProblem(host, `delete an image of ${path}`, reply))
  }

  close(): void {
    this.#transport.close()
  }

  /** The installation's other repository, if it is in the same registry. */
  #siblings({ host, path }: Repository): string[] {
    const { backend, launcher } = this.#installation.images
    return [backend, launcher].filter((other) => other.host === host && other.path !== path).map((other) => other.path)
  }

  #host(name: string): RegistryHost {
    const known = this.#hosts.get(name) ?? this.#open(name)
    this.#hosts.set(name, known)
    return known
  }

  #open(host: string): RegistryHost {
    const declared = this.#declared(host)
    const isSecure = !declared?.plainHttp
    const login = declared && this.#login(declared)
    const auth = new Auth({
      host,
      transport: this.#transport,
      isSecure: isSecure,
      declared: login,
      findLogin: () => machineLogin(host, this.#source),
    })
    return new RegistryHost(host, new URL(`${isSecure ? 'https' : 'http'}://${host}`).origin, this.#transport, auth)
  }

  /** A registry's token server or storage is another host, usually with a certificate of the same private authority. */
  #caTrust(host: string): CaTrust {
    const declared = this.#declared(host)
    const caFiles = (declared === undefined ? this.#installation.registries : [declared]).flatMap(({ caFile }) => caFile ?? [])
    return { caFiles, isAddition: declared === undefined }
  }

  #declared(host: string): Registry | undefined {
    return this.#installation.registries.find((registry) => registry.host === host)
  }

  #login({ username, password }: Registry): Login | undefined {
    const name = username && this.#openSecret(username)
    const secret = password && this.#openSecret(password)
    return name && secret ? { username: name.open(), password: secret } : undefined
  }
}
