package tables

import (
	"crypto/x509"
	"encoding/pem"

	certificatesv1 "k8s.io/api/certificates/v1"
)

type csrRow struct {
	*Object
	csr *certificatesv1.CertificateSigningRequest
}

// request is the parsed certificate request, or nil.
func (r csrRow) request() *x509.CertificateRequest {
	block, _ := pem.Decode(r.csr.Spec.Request)
	if block == nil {
		return nil
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil
	}
	return request
}

func (r csrRow) parsed(value func(*x509.CertificateRequest) Value) Value {
	if request := r.request(); request != nil {
		return value(request)
	}
	return Null
}

func (r csrRow) has(t certificatesv1.RequestConditionType) Value {
	for _, c := range r.csr.Status.Conditions {
		if c.Type == t {
			return Bool(true)
		}
	}
	return Bool(false)
}

// K8sCertificateSigningRequests has one row per request for a certificate.
var K8sCertificateSigningRequests = define(spec[csrRow]{
	Name: "k8s_certificate_signing_requests",
	Row:  "certificate signing request",
	Doc: `Every CertificateSigningRequest: who asked, and whom the certificate would make
them. The cluster forgets them after an hour to a day, the certificates stay
good until they end.`,
	Examples: []string{
		"SELECT name, requestor, signer, subject FROM k8s_certificate_signing_requests WHERE NOT approved AND NOT denied",
		"SELECT name, subject_common_name FROM k8s_certificate_signing_requests WHERE signer = 'kubernetes.io/kube-apiserver-client' AND approved",
		"SELECT name, subject_organizations FROM k8s_certificate_signing_requests, json_each(subject_organizations) o WHERE o.value = 'system:masters'",
	},
	Columns: [][]column[csrRow]{
		common[csrRow](),
		{
			text("signer", "spec.signerName", func(r csrRow) Value { return Str(r.csr.Spec.SignerName) }),
			text("requestor", "spec.username: who asked", func(r csrRow) Value { return Str(r.csr.Spec.Username) }),
			jsonCol("groups", "spec.groups of who asked", func(r csrRow) Value { return JSON(r.csr.Spec.Groups) }),
			jsonCol("usages", "spec.usages", func(r csrRow) Value { return JSON(r.csr.Spec.Usages) }),
			integer("approved", "1 with a condition Approved", func(r csrRow) Value { return r.has(certificatesv1.CertificateApproved) }),
			integer("denied", "1 with a condition Denied", func(r csrRow) Value { return r.has(certificatesv1.CertificateDenied) }),
			integer("failed", "1 with a condition Failed", func(r csrRow) Value { return r.has(certificatesv1.CertificateFailed) }),
			integer("issued", "1 when the certificate was made", func(r csrRow) Value { return Bool(len(r.csr.Status.Certificate) > 0) }),
			text("subject", "subject of the request: CN=jane,O=dev; NULL when it cannot be parsed", func(r csrRow) Value {
				return r.parsed(func(c *x509.CertificateRequest) Value { return Str(c.Subject.String()) })
			}),
			text("subject_common_name", "user that the certificate stands for", func(r csrRow) Value {
				return r.parsed(func(c *x509.CertificateRequest) Value { return Str(c.Subject.CommonName) })
			}),
			jsonCol("subject_organizations", "groups that the certificate stands for", func(r csrRow) Value {
				return r.parsed(func(c *x509.CertificateRequest) Value { return JSON(c.Subject.Organization) })
			}),
			jsonCol("dns_names", "DNS names asked for", func(r csrRow) Value {
				return r.parsed(func(c *x509.CertificateRequest) Value { return JSON(c.DNSNames) })
			}),
			jsonCol("ip_addresses", "IP addresses asked for", func(r csrRow) Value {
				return r.parsed(func(c *x509.CertificateRequest) Value { return JSON(c.IPAddresses) })
			}),
			integer("expiration_seconds", "spec.expirationSeconds", func(r csrRow) Value { return IntPtr(r.csr.Spec.ExpirationSeconds) }),
		},
		where[csrRow](),
	},
	Sources: []source[csrRow]{from(CertificateSigningRequests, func(o *Object, v *certificatesv1.CertificateSigningRequest, emit func(csrRow)) {
		emit(csrRow{o, v})
	})},
})
