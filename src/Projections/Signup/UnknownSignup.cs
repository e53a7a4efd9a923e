namespace ControlPlane.Signup;

/// <summary>Counts the guesses at a signup that never was, so that it answers like one that is. Operational; not of one tenant.</summary>
public sealed record UnknownSignup(string Id, int Attempts, DateTimeOffset ForgetAt);
