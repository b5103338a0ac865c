/** The nonce of this page's Content-Security-Policy: browsers hide the attribute, scripts of the page read the property. */
export const pageNonce: string =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
