namespace Federated.Coordinator.Hosting;

/// <summary>A coordinator cannot go on since what is in its journal cannot be understood.</summary>
/// <param name="message">A sentence that says what, and what to do.</param>
public sealed class JournalDamagedException(string message) : Exception(message);
