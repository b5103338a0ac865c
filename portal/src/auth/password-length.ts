/** contracts/http/auth.ts says the same to the API; a test holds both to each other. */
export const MIN_PASSWORD_LENGTH = 12;
