// Before the first paint: light or dark as chosen, or as the system has it.
{
  let chosen = null;
  try {
    chosen = localStorage.getItem('neverout.scheme');
  } catch {
    // Storage is closed: the system's choice it is.
  }
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
}
