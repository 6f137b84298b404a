// The one payer who lives here.

export const buyer = { id: '2088600700800901', logonId: 'pay***@example.com' } as const;
