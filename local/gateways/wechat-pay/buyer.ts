// The one payer who lives here.

export const buyer = { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' } as const;
