using Federated.Core.Privacy.Accounting.Events;

namespace Federated.Core.Privacy.Accounting;

/// <summary>An event that happened some number of times.</summary>
/// <param name="Event">What.</param>
/// <param name="Count">How often, at least 1.</param>
public sealed record LedgerEntry(PrivacyEvent Event, long Count);
