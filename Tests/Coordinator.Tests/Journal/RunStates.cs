using System.Text.Json;
using Federated.Core.Rounds;

namespace Federated.Coordinator.Tests.Journal;

/// <summary>States of runs to compare: equality of records does not look into their arrays.</summary>
internal static class RunStates
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Every public property, so that two states with the same text are the same.</summary>
    public static string Text(RunState state) => JsonSerializer.Serialize(state, Indented);
}
