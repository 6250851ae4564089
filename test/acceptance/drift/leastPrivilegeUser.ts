import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, parseAllDocuments, stringify } from 'yaml'
import { type LabInstallation, repository } from '../support/installation.ts'
import { until } from '../support/poll.ts'
import type { RunResult } from '../support/run.ts'

const MINIO_USER = { accessKey: 'drift-reader', secretKey: 'drift-readers-password' }
export const SERVICE_ACCOUNT = 'system:serviceaccount:groundcrew:groundcrew-drift'

export type Rule = { apiGroups: string[]; resources: string[]; resourceNames?: string[]; verbs: string[] }
export type Role = { kind: string; metadata: { name: string; namespace: string }; rules: Rule[] }
export type Policy = { Version: string; Statement: { Effect: string; Action: string[]; Resource?: string[] }[] }

const deployFile = (name: string): Promise<string> => readFile(join(repository, 'deploy', name), 'utf8')

export const shippedRoles: readonly Role[] = parseAllDocuments(await deployFile('drift-role.yaml'))
  .map((document) => document.toJS() as Role)
  .filter(({ kind }) => kind === 'Role')

export const shippedPolicy = JSON.parse(await deployFile('drift-minio-policy.json')) as Policy

/** Runs groundcrew with exactly the rights that deploy/ grants, or with fewer. */
export class LeastPrivilegeUser {
  readonly #installation: LabInstallation
  readonly #flags: readonly string[]
  readonly kubeconfig: string
  readonly minioUser = MINIO_USER

  private constructor(installation: LabInstallation, kubeconfig: string, file: string) {
    this.#installation = installation
    this.kubeconfig = kubeconfig
    this.#flags = ['--kubeconfig', kubeconfig, '-f', file]
  }

  /** Grants the rights of deploy/ to a new service account and a new MinIO user. */
  static async create(installation: LabInstallation): Promise<LeastPrivilegeUser> {
    await installation.kubectl('apply', '-f', join(repository, 'deploy', 'drift-role.yaml'))
    const config = parse(await readFile(installation.lab.env.KUBECONFIG ?? '', 'utf8')) as { users: [{ user: object }] }
    const token = await installation.kubectl('create', 'token', 'groundcrew-drift', '--namespace', 'groundcrew')
    config.users[0].user = { token: token.trim() }
    await installation.mc('admin', 'user', 'add', 'lab', MINIO_USER.accessKey, MINIO_USER.secretKey)
    await installation.write('drift-access-key', MINIO_USER.accessKey)
    await installation.write('drift-secret-key', MINIO_USER.secretKey)
    const file = await installation.withEdits('least-privilege', (document) => {
      document.setIn(['objectStorage', 'admin', 'accessKey', 'file'], './drift-access-key')
      document.setIn(['objectStorage', 'admin', 'secretKey', 'file'], './drift-secret-key')
    })
    const user = new LeastPrivilegeUser(installation, await installation.write('kubeconfig-drift', stringify(config)), file)
    await user.grantInMinio(shippedPolicy)
    await installation.mc('admin', 'policy', 'attach', 'lab', 'groundcrew-drift', '--user', MINIO_USER.accessKey)
    return user
  }

  drift(...flags: readonly string[]): Promise<RunResult> {
    return this.#installation.groundcrew(['drift', ...this.#flags, ...flags])
  }

  plan(): Promise<RunResult> {
    return this.#installation.plan(...this.#flags)
  }

  /** Replaces the role and waits until the API server allows, or no longer allows, the probed verb. */
  async grantInCluster(role: Role, probe: { readonly rule: Rule; readonly verb: string; readonly isAllowed: boolean }): Promise<void> {
    await this.#installation.kubectl('apply', '-f', await this.#installation.write('role.yaml', stringify(role)))
    const isInEffect = async () => (await this.#isAllowed(role.metadata.namespace, probe.rule, probe.verb)) === probe.isAllowed
    await until(`the API server applies the changed role in ${role.metadata.namespace}`, isInEffect, { everyMs: 50 })
  }

  async #isAllowed(namespace: string, { apiGroups, resources, resourceNames }: Rule, verb: string): Promise<boolean> {
    const resource = `${resources[0]}${apiGroups[0] === '' ? '' : `.${apiGroups[0]}`}${resourceNames ? `/${resourceNames[0]}` : ''}`
    try {
      await this.#installation.kubectl('auth', 'can-i', verb, resource, '--as', SERVICE_ACCOUNT, '--namespace', namespace)
      return true
    } catch (error) {
      if (/^no$/m.test((error as Error).message)) return false
      throw error
    }
  }

  async grantInMinio(policy: Policy): Promise<void> {
    const file = await this.#installation.write('policy.json', JSON.stringify(policy))
    await this.#installation.mc('admin', 'policy', 'create', 'lab', 'groundcrew-drift', file)
  }
}
