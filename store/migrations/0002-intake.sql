-- An all-clear that comes after its incident was closed is filed with the latest incident of its key.
create index incidents_by_key on incidents (tenant, correlation_key, number desc) where state = 'closed';
