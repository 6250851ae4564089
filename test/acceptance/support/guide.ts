import type { LabInstallation } from './installation.ts'

/** What the install guide declares, copied from its text a second time: groundcrew's own tables cannot prove themselves. */
export const buckets: Record<string, { versioned: boolean; days?: number }> = {
  'spacelift-binaries': { versioned: true },
  'spacelift-deliveries': { versioned: false, days: 1 },
  'spacelift-large-queue-messages': { versioned: false, days: 2 },
  'spacelift-metadata': { versioned: false, days: 2 },
  'spacelift-modules': { versioned: true },
  'spacelift-policy-inputs': { versioned: true, days: 120 },
  'spacelift-run-logs': { versioned: true, days: 60 },
  'spacelift-states': { versioned: true },
  'spacelift-uploads': { versioned: true, days: 1 },
  'spacelift-user-uploaded-workspaces': { versioned: true, days: 1 },
  'spacelift-workspaces': { versioned: true, days: 90 },
}

export type SecretTexts = Record<string, Record<string, string>>

/** The three secrets that the guide's shell script would create for this installation. */
export async function secrets(installation: LabInstallation): Promise<SecretTexts> {
  const minio = installation.lab.env.MINIO_ENDPOINT ?? ''
  return {
    'spacelift-shared': {
      SERVER_DOMAIN: 'spacelift.example.com',
      MQTT_BROKER_TYPE: 'builtin',
      MQTT_BROKER_ENDPOINT: 'tls://spacelift-mqtt.spacelift.svc.cluster.local:1984',
      ENCRYPTION_TYPE: 'rsa',
      ENCRYPTION_RSA_PRIVATE_KEY: await installation.input('encryption.pem'),
      MESSAGE_QUEUE_TYPE: 'postgres',
      OBJECT_STORAGE_TYPE: 'minio',
      OBJECT_STORAGE_MINIO_ENDPOINT: 'minio.minio.svc.cluster.local:9000',
      OBJECT_STORAGE_MINIO_USE_SSL: 'true',
      OBJECT_STORAGE_MINIO_ALLOW_INSECURE: 'false',
      OBJECT_STORAGE_MINIO_ACCESS_KEY_ID: await installation.input('application-access-key'),
      OBJECT_STORAGE_MINIO_SECRET_ACCESS_KEY: await installation.input('application-secret-key'),
      OBJECT_STORAGE_BUCKET_DELIVERIES: 'spacelift-deliveries',
      OBJECT_STORAGE_BUCKET_LARGE_QUEUE_MESSAGES: 'spacelift-large-queue-messages',
      OBJECT_STORAGE_BUCKET_MODULES: 'spacelift-modules',
      OBJECT_STORAGE_BUCKET_POLICY_INPUTS: 'spacelift-policy-inputs',
      OBJECT_STORAGE_BUCKET_RUN_LOGS: 'spacelift-run-logs',
      OBJECT_STORAGE_BUCKET_STATES: 'spacelift-states',
      OBJECT_STORAGE_BUCKET_USER_UPLOADED_WORKSPACES: 'spacelift-user-uploaded-workspaces',
      OBJECT_STORAGE_BUCKET_WORKSPACE: 'spacelift-workspaces',
      OBJECT_STORAGE_BUCKET_USAGE_ANALYTICS: '',
      OBJECT_STORAGE_BUCKET_UPLOADS_URL: minio,
      DATABASE_URL: await installation.input('database-url'),
      LICENSE_TYPE: 'jwt',
      LICENSE_TOKEN: await installation.input('license.jwt'),
    },
    'spacelift-server': {
      ADMIN_USERNAME: 'admin',
      ADMIN_PASSWORD: await installation.input('admin-password'),
      OBJECT_STORAGE_BUCKET_UPLOADS: 'spacelift-uploads',
      WEBHOOKS_ENDPOINT: 'https://spacelift.example.com/webhooks',
    },
    'spacelift-drain': {
      LAUNCHER_IMAGE: `${installation.lab.env.REGISTRY}/spacelift/launcher`,
      LAUNCHER_IMAGE_TAG: 'v3.0.0',
      OBJECT_STORAGE_BUCKET_METADATA: 'spacelift-metadata',
    },
  }
}

/** The values of the guide's helm command on this installation. */
export const values = (installation: LabInstallation) => ({
  shared: { serverHostname: 'spacelift.example.com', image: installation.image('backend'), secretRef: 'spacelift-shared' },
  server: { secretRef: 'spacelift-server' },
  drain: { secretRef: 'spacelift-drain' },
})
