using Federated.Core.Privacy.Governance;
using Federated.Core.Tests.Jobs;

namespace Federated.Core.Tests.Privacy.Governance;

public sealed class PolicyReaderTests
{
    [Fact]
    public void Empty_file_restricts_nothing()
    {
        var policy = PolicyReader.Read("").Policy!;

        Assert.Equal(new PolicySpec(), policy);
        Assert.Null(policy.Coordinators);
        Assert.True(policy is { SecureAggregation.Required: false, Disclose: { Training: true, Figures: true, Reasons: true }, Models.Own: true });
    }

    [Fact]
    public void Example_reads_without_errors_and_restricts()
    {
        var result = PolicyReader.Read(File.ReadAllText(Repository.PathOf("examples", "policies", "hospital.yaml")));

        Assert.Empty(result.Errors);
        Assert.True(result.Policy!.SecureAggregation.Required);
        Assert.NotEqual(new PolicySpec(), result.Policy);
    }

    [Theory]
    [InlineData("cohrt: 5", "line 1, cohrt: 'cohrt' is not a key here; did you mean 'cohort'? Allowed: coordinators, models, algorithms, data, rounds, cohort, secure_aggregation, differential or disclose.")]
    [InlineData("epsilon_total: 5", "line 1, epsilon_total: 'epsilon_total' is not a key here; did you mean 'differential.epsilon_total'? Allowed: coordinators, models, algorithms, data, rounds, cohort, secure_aggregation, differential or disclose.")]
    [InlineData("cohort: 0", "line 1, cohort: 0 is out of range; allowed: 1 to 100000.")]
    [InlineData("disclose: {otherwise: leave}", "line 1, disclose.otherwise: 'leave' is not known; did you mean 'leave_out'? Allowed: leave_out or refuse.")]
    [InlineData("algorithms: [fedavgg, fed*]", "line 1, algorithms[0]: 'fedavgg' is not known; did you mean 'fedavg'? Allowed: ")]
    [InlineData("models: {names: [no-such-thing-at-all]}", "line 1, models.names[0]: 'no-such-thing-at-all' is not known; allowed: ")]
    [InlineData("coordinators: ['http://a:5600']", "line 1, coordinators[0]: 'http://a:5600' is no host; write its name or address alone, without scheme and port.")]
    [InlineData("coordinators: ['a:5601']", "line 1, coordinators[0]: 'a:5601' is no host; write its name or address alone, without scheme and port.")]
    [InlineData("data: {clients: [a, ' ']}", "line 1, data.clients[1]: is empty; remove it.")]
    [InlineData("models: {sha256: [12]}", "line 1, models.sha256[0]: '12' is no SHA-256; allowed: 64 hexadecimal digits.")]
    [InlineData("models: {own: false, sha256: []}", "line 1, models.sha256: has no effect with models.own false; remove one of them.")]
    [InlineData("differential: {epsilon_total: 3}", "line 1, differential.delta: is missing; a limit on ε needs the δ at which it is counted, for example 1e-5.")]
    [InlineData("differential: {delta: 1e-5}", "line 1, differential.delta: has no effect without epsilon_per_run or epsilon_total; remove it or add one of them.")]
    [InlineData("differential: {delta: 1e-5, epsilon_per_run: 4, epsilon_total: 3}", "line 1, differential.epsilon_per_run: 4 is above epsilon_total 3, which ends a run earlier; allowed: at most that.")]
    [InlineData("differential: {mechanisms: [centrall]}", "line 1, differential.mechanisms[0]: 'centrall' is not known; did you mean 'central'? Allowed: ")]
    [InlineData("differential: {colluding: -1}", "line 1, differential.colluding: -1 is out of range; allowed: 0 to 10000.")]
    [InlineData("differential: {colluding: 1, mechanisms: [central]}", "line 1, differential.colluding: has no effect with differential.mechanisms, among which distributed is not; remove it or add that.")]
    [InlineData("differential: {required: true, mechanisms: []}", "line 1, differential.mechanisms: an empty list allows no mechanism, and differential.required asks for one; no job can be both.")]
    [InlineData("a: &x 1", "line 1, a: a YAML anchor or alias")]
    [InlineData("rounds: 1\n---\nrounds: 2", "line 2: a second document follows after '---'; a policy is one document.")]
    public void Slip_is_one_sentence_with_line_path_and_what_is_allowed(string yaml, string error)
    {
        var result = PolicyReader.Read(yaml);

        Assert.Null(result.Policy);
        Assert.StartsWith(error, Assert.Single(result.Errors).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_errors_come_at_once_in_the_order_of_the_text()
    {
        var errors = PolicyReader.Read("rounds: none\ncohrt: 5\nalgorithms: [sdg]\ndisclose:\n  trainin: false\n").Errors;

        Assert.Equal(["rounds", "cohrt", "algorithms[0]", "disclose.trainin"], errors.Select(error => error.Path));
    }
}
