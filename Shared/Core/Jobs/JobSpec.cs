namespace Federated.Core.Jobs;

/// <summary>What the user asks for: the whole job file as immutable records. Property names are the file's keys in snake_case; initial values are
/// the defaults; the attributes hold ranges and conditions. A spec that came out of <see cref="JobReader"/> has been checked; one built by hand has not.</summary>
public sealed record JobSpec
{
    /// <value>Name for people and folders.</value>
    [JobField("Name of the job, for people and for folders.",
        Pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}", PatternInWords = "1 to 64 letters, digits, '.', '_' and '-', a letter or digit first")]
    public string Name { get; init; } = "federated-run";

    /// <value>Every draw of the run derives from it.</value>
    [JobField("Every random draw of the run derives from it: the same job and seed give the same model.")]
    public ulong Seed { get; init; } = 42;

    /// <value>The network.</value>
    [JobField("The network: a named model or a layer list.")]
    public ModelSpec Model { get; init; } = new();

    /// <value>The data set and how it is spread over clients.</value>
    [JobField("The data set and how it is spread over clients.")]
    public DataSpec Data { get; init; } = new();

    /// <value>Rounds, cohort and algorithm.</value>
    [JobField("Rounds, cohort and algorithm.")]
    public FederationSpec Federation { get; init; } = new();

    /// <value>What a client does in a round.</value>
    [JobField("What a client does in a round.")]
    public TrainingSpec Training { get; init; } = new();

    /// <value>When the global model is measured.</value>
    [JobField("When the global model is measured.")]
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <value>Reasons to end before the last round.</value>
    [JobField("Reasons to end before the last round.")]
    public StopSpec Stop { get; init; } = new();

    /// <value>What keeps a client's data from being read out of what it sends.</value>
    [JobField("What keeps a client's data from being read out of what it sends.")]
    public PrivacySpec Privacy { get; init; } = new();

    /// <value>Clients that misbehave, in a simulation.</value>
    [JobField("Clients that misbehave, to test what federation.aggregation bears; only a simulation, `federated run`, accepts any.")]
    public AttackSpec Attack { get; init; } = new();

    /// <value>What a simulation does to its clients.</value>
    [JobField("What happens to clients on purpose, to test what a run bears; only a simulation, `federated run`, accepts any.")]
    public SimulationSpec Simulation { get; init; } = new();
}
