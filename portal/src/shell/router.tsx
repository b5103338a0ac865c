import { createBrowserRouter, Outlet, ScrollRestoration } from 'react-router';
import { Loading } from '../ui/loading.tsx';
import { Guard } from './guard.tsx';
import { NotFound } from './not-found.tsx';
import { RouteError } from './route-error.tsx';

function Root() {
  return (
    <>
      <ScrollRestoration />
      <Outlet />
    </>
  );
}

/** Three parts that nobody downloads who does not open them: signing in, the customer's, the console. */
export const router = createBrowserRouter([
  {
    element: <Root />,
    errorElement: <RouteError />,
    hydrateFallbackElement: <Loading full />,
    children: [
      {
        lazy: async () => ({ Component: (await import('../auth/auth-layout.tsx')).AuthLayout }),
        children: [
          {
            path: 'sign-in',
            lazy: async () => ({ Component: (await import('../auth/sign-in.tsx')).SignIn }),
          },
          {
            path: 'sign-up',
            lazy: async () => ({ Component: (await import('../auth/sign-up.tsx')).SignUp }),
          },
          {
            path: 'forgot-password',
            lazy: async () => ({ Component: (await import('../auth/forgot-password.tsx')).ForgotPassword }),
          },
          { path: 'erased', lazy: async () => ({ Component: (await import('../auth/erased.tsx')).Erased }) },
          {
            path: 'account/invitation',
            lazy: async () => ({ Component: (await import('../auth/invitation.tsx')).Invitation }),
          },
        ],
      },
      {
        element: <Guard />,
        children: [
          { path: 'ops/*', lazy: async () => ({ Component: (await import('../ops/ops.tsx')).Ops }) },
          {
            path: '*',
            lazy: async () => ({ Component: (await import('../customer/customer.tsx')).Customer }),
          },
        ],
      },
      { path: '*', element: <NotFound /> },
    ],
  },
]);
