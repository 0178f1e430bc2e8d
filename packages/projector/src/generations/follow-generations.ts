/** A consumer for each generation that is active or stands by, started and stopped as generations come and go. */
import { createConsumer, DOORBELL_LEDGER, type Doorbell, type LoggedEvent, logSource } from '@northwind/event-store';
import { type Health, NOT_STARTED_YET, type Service } from '@northwind/service-kit';
import type { Kysely } from 'kysely';
import { applyBatch } from '../apply-batch.ts';
import type { ProjectorOptions } from '../projector.ts';
import { READ_MODELS } from '../read-models.ts';
import type { ReadTables } from '../tables.ts';
import { findMisfit } from './check-generation.ts';
import { type Generation, listGenerations } from './generation.ts';

export interface FollowOptions extends ProjectorOptions {
  /** Rung after each commit to the active generation. */
  readonly doorbell: Doorbell;
}

export interface FollowedGenerations {
  /** Follows those that are active or stand by now, and no others. Throws when none is active. */
  look(): Promise<void>;
  stop(): Promise<void>;
}

export function followGenerations(options: FollowOptions): FollowedGenerations {
  const { database, logger, health, models = READ_MODELS } = options;
  const consumers = new Map<number, Service>();
  /** Those of another release, with their component in the health. */
  const refused = new Map<number, string>();
  let active: number | undefined;

  async function follow(generation: Generation): Promise<void> {
    const { generation: number, schema, consumerGroup: group, epoch, status } = generation;
    const isActive = () => number === active;
    const reported = health && reportedAs(health, isActive);
    const reason = await findMisfit(database.db as unknown as Kysely<unknown>, generation);
    if (reason !== undefined) {
      const component = `consumer ${group}`;
      reported?.set(component, 'failing', reason);
      if (!refused.has(number)) logger.error({ event: 'projector.refused', schema, group, reason }, reason);
      refused.set(number, component);
      return;
    }
    refused.delete(number);
    logger.info({ event: 'projector.started', schema, group, epoch, status }, 'projector started');
    // Its first turn says how it is.
    reported?.set(`consumer ${group}`, 'failing', NOT_STARTED_YET);
    const consumer = createGenerationConsumer(
      { ...options, ...(reported && { health: reported }) },
      generation,
      isActive,
    );
    await consumer.start();
    consumers.set(number, consumer);
  }

  async function leave(number: number, consumer: Service): Promise<void> {
    logger.info({ event: 'projector.left', generation: number }, 'no longer followed');
    await consumer.stop();
    consumers.delete(number);
    health?.set(consumer.name, 'ok', 'its generation is retired');
  }

  return {
    async look() {
      const generations = (await listGenerations(database.db, models)).filter(isFollowed);
      active = generations.find(({ status }) => status === 'active')?.generation;
      if (active === undefined) throw new Error('no generation of the read models is active; run: settle migrate');
      for (const [number, consumer] of consumers) {
        if (!generations.some(({ generation }) => generation === number)) await leave(number, consumer);
      }
      for (const [number, component] of refused) {
        if (generations.some(({ generation }) => generation === number)) continue;
        refused.delete(number);
        health?.set(component, 'ok', 'its generation is retired');
      }
      for (const generation of generations) if (!consumers.has(generation.generation)) await follow(generation);
    },
    async stop() {
      await Promise.all(consumers.values().map((consumer) => consumer.stop()));
      consumers.clear();
    },
  };
}

function isFollowed({ status }: Generation): boolean {
  return status === 'active' || status === 'standby';
}

function createGenerationConsumer(
  { database, logger, clock, health, batchSizeMax, collectMs, onLag, onBatch, doorbell }: FollowOptions,
  { consumerGroup: group, schema, models }: Generation,
  isActive: () => boolean,
): Service {
  return createConsumer<LoggedEvent, ReadTables>({
    database,
    group,
    source: logSource,
    apply: (trx, batch) => applyBatch(trx as unknown as Kysely<unknown>, { schema, models }, batch),
    doorbell: DOORBELL_LEDGER,
    logger,
    clock,
    ...(health && { health }),
    ...(batchSizeMax && { batchSizeMax }),
    ...(collectMs !== undefined && { collectMs }),
    ...(onLag && { onLag }),
    afterCommit: (batch) => {
      if (!isActive()) return;
      doorbell.ring();
      onBatch?.(batch);
    },
  });
}

/** Nobody reads a generation that stands by, so what ails it is told and turns nothing red. */
function reportedAs(health: Health, isActive: () => boolean): Health {
  return {
    ...health,
    set: (component, state, detail) => {
      if (isActive() || state === 'ok') health.set(component, state, detail);
      else health.set(component, 'ok', `stands by, and fails: ${detail ?? ''}`);
    },
  };
}
