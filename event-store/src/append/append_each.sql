-- Round two: the same batch, each command on its own, after a constraint refused round one. The first 39 parameters are
-- those of `append.sql`.
select
  ordinal as "ordinal!",
  refused_by,
  epoch as "epoch!",
  transaction_id as "transaction_id!",
  last_position
from append_each(
  commands => $40,
  event_ordinals => $41, aggregate_types => $1, aggregate_ids => $2, sequences => $3,
  event_types => $4, event_versions => $5, payloads => $6, metadata => $7,
  key_ordinals => $42, keys => $8, fingerprints => $9, replies => $10,
  key_aggregate_types => $11, key_aggregate_ids => $12, key_sequences => $13,
  claim_ordinals => $43, kinds => $14, resources => $15, starts => $16, ends => $17, holders => $18,
  held_until => $19, claim_holder_types => $20,
  move_ordinals => $44, move_kinds => $21, move_resources => $22, move_starts => $23, move_ends => $24,
  move_holders => $25, move_held_until => $26,
  settled_ordinals => $45, settled => $27,
  released_ordinals => $46, released => $28,
  name_ordinals => $47, spaces => $29, names => $30, name_holders => $31, name_subjects => $32,
  freed_ordinals => $48, freed_spaces => $33, freed_holders => $34,
  basis_ordinals => $49, basis_types => $35, basis_ids => $36, basis_versions => $37,
  moving_types => $38, moving_ids => $39,
  successors => $50, predecessors => $51
)
