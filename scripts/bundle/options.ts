import type { BuildOptions, Plugin } from 'esbuild'

/** One entry and chunks for what is loaded only when it is needed, so that start-up reads few files and strips no types. */
export const options = {
  entryPoints: { groundcrew: 'src/bin.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  metafile: true,
  // CommonJS libraries inside an ES module still call require.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  plugins: [unusedOfMinio()],
} as const satisfies BuildOptions

/**
 * Signing shares a file with helpers of minio's whole client, whose libraries do not say that they may be left out when
 * nothing of them is used: 310 of 320 KiB, 20 ms of each plan.
 */
function unusedOfMinio(): Plugin {
  return {
    name: 'unused-of-minio',
    setup(build) {
      build.onResolve({ filter: /^(lodash|mime-types|ipaddr\.js|query-string)$/ }, async ({ path, pluginData, ...from }) => {
        if (pluginData === asked || !from.importer.includes('/node_modules/minio/')) return undefined
        return { ...(await build.resolve(path, { ...from, pluginData: asked })), sideEffects: false }
      })
    },
  }
}

const asked = Symbol('the plugin asks itself')
