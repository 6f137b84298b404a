// The one payer who lives here.

export const buyer = {
  payerId: 'GR2D8V4M7KXQA',
  email: 'payer@personal.example',
  givenName: 'Robin',
  surname: 'Payer',
  country: 'US',
} as const;
