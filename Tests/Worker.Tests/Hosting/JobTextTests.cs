using Federated.Engine;
using Federated.Worker.Hosting;

namespace Federated.Worker.Tests.Hosting;

public sealed class JobTextTests
{
    [Fact]
    public void Complete_job_is_read() => Assert.Equal(3, JobText.Read("model: { name: logistic }\nfederation: { rounds: 3 }\n").Federation.Rounds);

    [Fact]
    public void Every_error_is_told()
    {
        var error = Assert.Throws<EngineException>(() => JobText.Read("model: { name: logistic }\nfederation: { rounds: -1 }\nseeed: 3\n"));

        Assert.StartsWith("This worker cannot read the job: ", error.Message);
        Assert.Contains("federation.rounds", error.Message);
        Assert.Contains("seeed", error.Message);
    }
}
