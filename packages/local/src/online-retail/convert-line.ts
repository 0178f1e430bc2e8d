import { adjustmentPosted, type CloudEvent, paymentCaptured, refundSucceeded } from '@northwind/events';
import { pence, type RetailLine } from './retail-line.ts';

const CURRENCY = 'GBP';
const SOURCE = '/online-retail';
const MERCHANT_LENGTH = 3;

/**
 * Turns one line after another into one event each. It remembers how many lines each invoice had so far, and what each
 * customer bought last of each article: a cancelled line doesn't name the purchase that it takes back.
 */
export function createLineConverter(): (line: RetailLine) => CloudEvent {
  const linesOfInvoice = new Map<string, number>();
  const lastPurchase = new Map<string, string>();
  return (line) => {
    const place = (linesOfInvoice.get(line.invoice) ?? 0) + 1;
    linesOfInvoice.set(line.invoice, place);
    const id = `${line.invoice}-${place}`;
    const article = `${line.customer}\0${line.stockCode}`;
    const amount = pence(line.quantity, line.unitPrice);
    const shared = {
      merchantId: line.stockCode.slice(0, MERCHANT_LENGTH),
      time: `${line.invoiceDate.replace(' ', 'T')}.${String(place).padStart(6, '0')}Z`,
      source: SOURCE,
      currency: CURRENCY,
      additionalData: { stockCode: line.stockCode, country: line.country },
    };
    if (line.invoice.startsWith('C') && amount < 0n) {
      const paymentId = lastPurchase.get(article) ?? `unknown-of-${id}`;
      return refundSucceeded({ ...shared, refundId: id, paymentId, amount: -amount });
    }
    if (amount > 0n) {
      lastPurchase.set(article, id);
      return paymentCaptured({ ...shared, paymentId: id, amount, fee: 0, reference: line.invoice });
    }
    const reason = `Invoice ${line.invoice}: quantity ${line.quantity} at ${line.unitPrice} ${CURRENCY}`;
    return adjustmentPosted({ ...shared, adjustmentId: id, amount, reason });
  };
}
