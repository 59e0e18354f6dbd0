using System.Collections.Immutable;
using Federated.V1;

namespace Federated.Coordinator.Actors;

// What RunsActor and the catalogue of runs say to each other.

/// <summary>To RunsActor: the catalogue is there. Told again when the catalogue was started again.</summary>
/// <param name="Epoch">This coordinator's, at least 1.</param>
/// <param name="Runs">All runs, in the order of submission.</param>
internal sealed record CatalogReady(ulong Epoch, ImmutableArray<CatalogRun> Runs);

/// <summary>A run as the catalogue knows it.</summary>
/// <param name="Added">How it came.</param>
/// <param name="End">Its summary when it is over; else null.</param>
internal sealed record CatalogRun(CatalogEntry.Types.Added Added, RunSummary? End);

/// <summary>To the catalogue: make a run durable. Reply: <see cref="RunAdded"/>.</summary>
internal sealed record AddRun(CatalogEntry.Types.Added Added);

/// <summary>The run is durable.</summary>
internal sealed record RunAdded(CatalogEntry.Types.Added Added);

/// <summary>To the catalogue: the run is over. No reply.</summary>
internal sealed record EndRun(RunSummary Summary);

/// <summary>To the catalogue: a run that was over may go on. Reply: <see cref="RunReopened"/>.</summary>
internal sealed record ReopenRun(string Run);

/// <summary>The run counts as not over.</summary>
internal sealed record RunReopened(string Run);

/// <summary>To RunsActor, before the catalogue stops: its journal could not be written or read.</summary>
/// <param name="Reason">What the journal said.</param>
/// <param name="Damaged">True when what is in the journal cannot be understood: trying again does not help.</param>
internal sealed record CatalogInterrupted(string Reason, bool Damaged);

/// <summary>To RunsActor: another coordinator has begun a later epoch; this one cannot write any more.</summary>
internal sealed record CatalogFenced(string Reason);
