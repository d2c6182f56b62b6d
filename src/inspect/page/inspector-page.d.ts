/** Made by `bundle-page.ts`. */
declare module 'virtual:inspector-page' {
  export const html: string;
  export const css: string;
  export const script: string;
}
