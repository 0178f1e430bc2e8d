export {
  type PostgresContainer,
  type PostgresContainerOptions,
  startPostgresContainer,
} from './start-postgres-container.ts';
